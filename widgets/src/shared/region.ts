// What is around every widget: its name, keys that stay in it, and words for those who only hear.

import { h, type Child } from "./elements";
import type { Question } from "./question";

/** A widget as its parts see it. */
export interface Around {
  root: HTMLElement;
  /** Say something to those who do not see the page. */
  announce(sentence: string): void;
}

/** Make the region of a widget; Ctrl+Z undoes what is asked in it, where there is a question. */
export function region(
  name: string,
  kind: string,
  question: Question<any> | null,
  ...children: Child[]
): Around {
  const live = h("div", { class: "bh-unseen", role: "status", "aria-live": "polite" });
  const root = h(
    "div",
    {
      class: `behavio-widget ${kind}`.trim(),
      role: "region",
      "aria-label": name,
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
  return { root, announce: (sentence) => void (live.textContent = sentence) };
}

function undoByKey(event: KeyboardEvent, question: Question<any>): void {
  const writes = event.target instanceof HTMLInputElement && event.target.type === "text";
  if (writes || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  if (event.shiftKey) question.redo();
  else question.undo();
}
