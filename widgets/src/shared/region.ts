// What is around every widget: its name, keys that stay in it, and words for those who only hear.

import { h, type Child } from "./elements";
import type { Question } from "./question";
import type { Model } from "./requests";

/** A widget as its parts see it. */
export interface Around {
  /** Tells this view of a widget from others. */
  view: string;
  root: HTMLElement;
  /** Give its name back, for another on the page. */
  close(): void;
  /** Say something to those who do not see the page. */
  announce(sentence: string): void;
}

let views = 0;

/**
 * Make the region of a widget; Ctrl+Z undoes what is asked in it, where there is a question. It is
 * the widget's one landmark: of two with a name, the second one is told by its number.
 */
export function region(
  name: string,
  kind: string,
  question: Question<any> | null,
  ...children: Child[]
): Around {
  const [label, close] = free(name);
  const live = h("div", { class: "bh-unseen", role: "status", "aria-live": "polite" });
  const root = h(
    "div",
    {
      class: `behavio-widget ${kind}`.trim(),
      role: "region",
      "aria-label": label,
      // Keys pressed in here are not commands to the notebook.
      "data-lm-suppress-shortcuts": "true",
      "data-jp-suppress-context-menu": "true",
      onkeydown: (event: KeyboardEvent) => {
        if (question) undoByKey(event, question);
        event.stopPropagation();
      },
    },
    children,
    live,
  );
  return { view: String((views += 1)), root, close, announce: (sentence) => void (live.textContent = sentence) };
}

/** The name of a widget with its log's. */
export const named = (name: string, model: Model): string =>
  [name, model.get("catalog").log].filter(Boolean).join(" · ");

/** Each widget brings its script anew: what all of them share is the page's. */
const NAMES = Symbol.for("behavio names of regions");

/** Return a name that no other region on the page has, and what gives it back. */
function free(name: string): [string, () => void] {
  const page = globalThis as unknown as Record<symbol, Set<string> | undefined>;
  const taken = (page[NAMES] ??= new Set());
  let label = name;
  for (let number = 2; taken.has(label); number += 1) label = `${name}, ${number}`;
  taken.add(label);
  return [label, () => void taken.delete(label)];
}

function undoByKey(event: KeyboardEvent, question: Question<any>): void {
  const writes = event.target instanceof HTMLInputElement && ["text", "search"].includes(event.target.type);
  if (writes || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  if (event.shiftKey) question.redo();
  else question.undo();
}
