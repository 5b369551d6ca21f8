// Requests to the kernel, each answered by a message with its number.

/** The part of anywidget's model that is used. */
export interface Model {
  get(name: string): any;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(name: string, listener: (...given: any[]) => void): void;
  off(name: string, listener: (...given: any[]) => void): void;
  send(content: unknown): void;
}

/** Asks the kernel for what is beside the traits of a model. */
export class Requests {
  private sent = 0;
  /** Tells the requests of this page from those of others; no secret. */
  readonly page = `${Date.now()}-${Math.random()}`;
  private waiting = new Map<number, [(reply: any) => void, () => void]>();
  private newest = new Map<string, number>();

  constructor(readonly model: Model) {
    model.on("msg:custom", (message) => {
      if (message.page !== this.page) return;
      const [answered, calledOff] = this.waiting.get(message.id) ?? [];
      this.waiting.delete(message.id);
      if (message.called_off) calledOff?.();
      else answered?.(message);
    });
  }

  /**
   * Send a request; the answer has `error`, a sentence, where there is none. A newer one of its
   * kind calls it off, unless `apart`, such as the view that asks, is another: it has no answer.
   * Where the kernel calls off the newest one, `calledOff` is called.
   */
  request(ask: string, content: Record<string, unknown>, apart: string, calledOff = () => {}): Promise<any> {
    const id = this.tell(ask, { ...content, apart });
    const kind = `${ask} ${apart}`;
    this.newest.set(kind, id);
    const lost = () => this.newest.get(kind) === id && calledOff();
    return new Promise((resolve) => this.waiting.set(id, [resolve, lost]));
  }

  /** Send a request that is answered by traits. */
  tell(ask: string, content: Record<string, unknown>): number {
    const id = (this.sent += 1);
    this.model.send({ ask, id, page: this.page, ...content });
    return id;
  }
}

const made = new WeakMap<Model, Requests>();

/** The requests of a model, made at its first view. */
export function requestsOf(model: Model): Requests {
  const known = made.get(model) ?? new Requests(model);
  made.set(model, known);
  return known;
}
