// What each condition does: how many users there would be without it.

import { h } from "../shared/elements";
import type { Frame } from "../shared/frame";
import { showPeople } from "../shared/people";
import { number, plural } from "../shared/words";
import type { Ask } from "./definition";

interface Effect {
  without: number;
  change: number;
}

/** What the kernel tells once the number of users is known. */
export interface Further {
  text: string;
  request: number;
  page: string;
  effects?: Record<string, Effect>;
  overlap?: Overlap[];
  error?: string;
}

export interface Overlap {
  segment: string;
  size: number;
  both: number;
  share_of_this: number | null;
  share_of_that: number | null;
}

/** What was told of the draft as it is now; null while that is not known. */
export function furtherOf(question: Ask): Further | null {
  const found: Further | null = question.model.get("further");
  if (!found || !question.isComplete) return null;
  const isNow = question.asked === null
    ? found.text === question.model.get("text")
    : found.page === question.page && found.request === question.asked;
  return isNow ? found : null;
}

/** The numbers beside the conditions, kept as the kernel tells them. */
export interface Effects {
  /** Forget the numbers that were shown: the rows are made anew. */
  begin(): void;
  badge(path: string | undefined, words: string): HTMLElement | null;
  show(): void;
}

export function effectsOf(question: Ask, around: () => Frame): Effects {
  const badges = new Map<HTMLElement, { path: string; words: string }>();
  return {
    begin: () => badges.clear(),
    badge: (path, words) => {
      if (path === undefined) return h("span", { class: "bh-effect bh-quiet" }, "empty");
      const badge = h("button", {
        type: "button", class: "bh-effect", "data-key": `effect-${path}`, disabled: true,
        onclick: () =>
          void showPeople(question, around(), around().controls.querySelector(".bh-group")!, { without: path }, `Without the condition: ${words}`),
      }, "…");
      badges.set(badge, { path, words });
      fill(badge);
      return badge;
    },
    show: () => [...badges.keys()].forEach(fill),
  };

  function fill(badge: HTMLElement): void {
    const { path, words } = badges.get(badge)!;
    const found = furtherOf(question)?.effects?.[path];
    badge.toggleAttribute("data-old", !found);
    badge.toggleAttribute("disabled", !found);
    if (!found) return;
    const { without, change } = found;
    const count = plural(Math.abs(change), "user");
    const says = change < 0 ? "removes" : change > 0 ? "adds" : "changes nothing";
    badge.textContent = change ? `${says} ${number(Math.abs(change))}` : says;
    const whole = `${words}: ${says}${change ? ` ${count}` : ""}. Without it there would be ${number(without)}.`;
    badge.title = whole;
    badge.setAttribute("aria-label", `${whole} Show them.`);
  }
}
