// Making elements of the page.

export type Child = Node | string | number | null | undefined | false | Child[];
type Attributes = Record<string, unknown>;

/** Make an element: `on…` attributes are listeners, false and null leave an attribute out. */
export function h(tag: string, attributes: Attributes = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

/** Make an element of a drawing. */
export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, attributes, children);
  return element;
}

function fill(element: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") {
      element.addEventListener(name.slice(2).toLowerCase(), value as EventListener);
    } else if (name === "value") {
      (element as HTMLInputElement).value = String(value);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(element, children);
}

function append(element: Element, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child instanceof Node) element.append(child);
    else if (child !== null && child !== undefined && child !== false) element.append(String(child));
  }
}

/**
 * Replace what is in an element. The focus stays where it was, by `data-key`; where that is gone,
 * it goes to what came next, or before. What is being typed to find a name is kept, also where it
 * waits for its list (`data-typing` is "entered" if it is to be taken then); and of a chart the point
 * that has the focus (`data-at`).
 */
export function replace(element: Element, ...children: Child[]): void {
  const root = element.getRootNode() as Document | ShadowRoot;
  const focused = root.activeElement as HTMLElement | null;
  const before = element.contains(focused) ? controlsIn(element) : [];
  const at = before.indexOf(focused!);
  const keys = before.map((control) => control.dataset.key);
  const typing = focused?.dataset.typing;
  const typed = typing === undefined ? null : (focused as HTMLInputElement).value;
  const caret = (focused as HTMLInputElement | null)?.selectionStart ?? null;
  element.replaceChildren();
  append(element, children);
  if (!focused || !before.length) return;
  const after = controlsIn(element);
  const order = [...keys.slice(Math.max(at, 0)), ...keys.slice(0, Math.max(at, 0)).reverse()];
  const key = order.find((one) => one && after.some((control) => control.dataset.key === one));
  const next = after.find((control) => key && control.dataset.key === key) ?? after[0];
  next?.focus();
  const isSame = next !== undefined && next.dataset.key === keys[at];
  if (isSame && focused.dataset.at) next.dispatchEvent(new CustomEvent("restore", { detail: focused.dataset.at }));
  if (typed === null || !(next instanceof HTMLInputElement) || !isSame) return;
  next.value = typed;
  next.setSelectionRange(caret, caret);
  next.dispatchEvent(new Event("input"));
  if (typing === "entered") next.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
}

/** What can have the focus in an element, in order. */
function controlsIn(element: Element): HTMLElement[] {
  const all = element.querySelectorAll<HTMLElement>("button, input, select, summary, [tabindex]");
  return [...all].filter((control) => !control.hasAttribute("disabled") && control.checkVisibility());
}

/** Let a button be pressed or not; one that has the focus gives it to another. */
export function enable(button: HTMLElement, isEnabled: boolean, otherwise: HTMLElement): void {
  const root = button.getRootNode() as Document | ShadowRoot;
  if (!isEnabled && root.activeElement === button) otherwise.focus();
  button.toggleAttribute("disabled", !isEnabled);
}

/** Give the focus to what has a key. */
export function focusOn(element: Element, key: string): void {
  element.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

const PATHS: Record<string, string> = {
  undo: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  redo: "m15 14 5-5-5-5M20 9H10a6 6 0 0 0 0 12h3",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  close: "M6 6l12 12M18 6 6 18",
  add: "M12 5v14M5 12h14",
  filter: "M4 5h16l-6 8v6l-4-2v-4z",
  grip: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  down: "m6 9 6 6 6-6",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  back: "m15 6-6 6 6 6",
  forth: "m9 6 6 6-6 6",
  chart: "M4 20h16M7 16v-5M12 16V6M17 16v-8",
  table: "M4 5h16v14H4zM4 10h16M10 10v9",
  download: "M12 4v11m-5-4 5 5 5-5M5 20h14",
  done: "m5 12 5 5 9-10",
};

/** Draw one of our signs, for eyes only. */
export function icon(name: keyof typeof PATHS): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: "bh-icon", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );
}

/** Move the focus between elements of which Tab reaches one. */
export function moveFocus(from: HTMLElement, to: HTMLElement): void {
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

/** Make a button that shows a sign only. */
export function iconButton(
  sign: string,
  label: string,
  onclick: () => void,
  more: Attributes = {},
): HTMLElement {
  return h(
    "button",
    { type: "button", class: "bh-icon-button", "aria-label": label, title: label, onclick, ...more },
    icon(sign),
  );
}
