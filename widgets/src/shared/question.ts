// The question being built in the browser, and its way to the kernel and back.

import { Requests, type Model } from "./requests";

export interface Property {
  name: string;
  kind: "text" | "number" | "boolean" | "time";
  owner: "event" | "user";
}

export interface Catalog {
  log: string;
  events: string[];
  properties: Property[];
  segments: string[];
  has_sessions: boolean;
}

/** How a draft that is not the definition itself is made of one, and one of it. */
export interface Form<D> {
  /** Traits beside the definition that the draft is made of as well. */
  traits?: string[];
  read(definition: any, model: Model): D;
  write(draft: D): unknown;
}

type Listener = () => void;
const WAIT = 120;
const QUICK = 700;

/**
 * A definition as JSON, changed here and answered by the kernel.
 *
 * What is typed is sent once it pauses for a moment; the last change wins. All views of one model share
 * one of these.
 */
export class Question<D> extends Requests {
  draft: D;
  /**
   * The number of the request that asks the draft; null: it came from the kernel, -1: it is not
   * asked yet.
   */
  asked: number | null = null;
  /** Whether the kernel took the draft over, so that `text` is that of the draft. */
  isTaken = true;
  private past: string[] = [];
  private future: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private changedAt = 0;
  /** Whether the kernel has heard of the draft as it is. */
  private heard = true;
  private listeners = new Map<string, Set<Listener>>();

  /**
   * `empty` is the draft before anything is chosen; `isWhole` tells whether a draft can be asked;
   * without a `form` the draft is the definition.
   */
  constructor(
    model: Model,
    private readonly empty: D,
    private readonly isWhole: (draft: D) => boolean,
    private readonly form: Form<D> = {
      read: (definition) => structuredClone(definition),
      write: (draft) => draft,
    },
  ) {
    super(model);
    this.draft = this.read();
    for (const name of ["definition", ...(form.traits ?? [])]) {
      model.on(`change:${name}`, () => this.take());
    }
    model.on("change:request", () => {
      if (!this.isOwn() || model.get("request") !== this.asked) return;
      this.heard = true;
      this.isTaken = !model.get("error");
      this.spread("busy");
      this.spread("text");
    });
    for (const name of ["answer", "error", "busy", "text", "parts", "catalog", "events"]) {
      model.on(`change:${name}`, () => this.spread(name));
    }
  }

  get catalog(): Catalog {
    return this.model.get("catalog");
  }

  /** Names of events with how many there are, the most frequent first. */
  get events(): [string, number | null][] {
    const counted: [string, number][] = this.model.get("events");
    return counted.length ? counted : this.catalog.events.map((name) => [name, null]);
  }

  /** Whether the answer is still that of an earlier question. */
  get busy(): boolean {
    return !this.heard || Boolean(this.model.get("busy"));
  }

  get isComplete(): boolean {
    return this.isWhole(this.draft);
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Listen to one of: draft (made anew), answer, error, busy, text, parts, catalog, events. */
  on(what: string, listener: Listener): () => void {
    const all = this.listeners.get(what) ?? new Set();
    this.listeners.set(what, all.add(listener));
    return () => all.delete(listener);
  }

  /** Change the draft; `quiet` where the control that did it already shows it. */
  change(edit: (draft: D) => void, quiet = false): void {
    const before = JSON.stringify(this.draft);
    edit(this.draft);
    if (JSON.stringify(this.draft) === before) return;
    // Digits typed one after the other are one change.
    const goesOn = quiet && Date.now() - this.changedAt < QUICK && this.past.length > 0;
    if (!goesOn) this.past.push(before);
    this.changedAt = quiet ? Date.now() : 0;
    this.future = [];
    this.send(quiet ? WAIT : 0);
    if (!quiet) this.spread("draft");
    this.spread("history");
  }

  undo(): void {
    this.step(this.past, this.future);
  }

  redo(): void {
    this.step(this.future, this.past);
  }

  private step(from: string[], to: string[]): void {
    const found = from.pop();
    if (found === undefined) return;
    to.push(JSON.stringify(this.draft));
    this.draft = JSON.parse(found);
    this.send(0);
    this.spread("draft");
    this.spread("history");
  }

  private send(wait: number): void {
    clearTimeout(this.timer);
    this.asked = -1;
    this.isTaken = false;
    this.heard = false;
    this.spread("busy");
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const definition = this.isComplete ? this.form.write(this.draft) : null;
      this.asked = this.tell("definition", { definition });
    }, wait);
  }

  private read(): D {
    const definition = this.model.get("definition");
    return definition ? this.form.read(definition, this.model) : structuredClone(this.empty);
  }

  /** Whether what the kernel tells comes of a request of this page. */
  private isOwn(): boolean {
    return this.model.get("request") !== 0 && this.model.get("page") === this.page;
  }

  /** Take a definition that was set in Python or on another page; what comes from here is here. */
  private take(): void {
    if (this.timer !== undefined || this.isOwn()) return;
    const before = JSON.stringify(this.draft);
    const taken = this.read();
    // Several traits that change at once are one change.
    if (this.form.traits && JSON.stringify(taken) === before) return;
    this.past.push(before);
    this.future = [];
    this.draft = taken;
    this.asked = null;
    this.isTaken = true;
    this.heard = true;
    this.spread("busy");
    this.spread("draft");
    this.spread("history");
  }

  private spread(what: string): void {
    for (const listener of this.listeners.get(what) ?? []) listener();
  }
}

const questions = new WeakMap<Model, Question<any>>();

/** The question of a model, made at its first view. */
export function questionOf<D>(
  model: Model,
  empty: D,
  isWhole: (draft: D) => boolean,
  form?: Form<D>,
): Question<D> {
  const known = questions.get(model);
  if (known) return known;
  const made = new Question(model, empty, isWhole, form);
  questions.set(model, made);
  return made;
}
