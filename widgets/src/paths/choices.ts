// What a click on a node offers to do with the question.

import {
  endAt, EXIT, hide, isBackward, isOnly, MOST_STEPS, OTHER, splitUp, startAt, STEPS, TOP, type Paths,
} from "./definition";
import type { Node } from "./layout";

/** What is in "(other)" comes out by so many events. */
const MORE = 5;

export interface Edit {
  words: string;
  edit: (draft: Paths) => void;
}

/** The changes that make sense at a node, in words that say what they do. */
export function choices(draft: Paths, { name, step }: Node, events: string[]): Edit[] {
  const found: Edit[] = [];
  const steps = draft.steps ?? STEPS;
  const top = draft.top ?? TOP;
  if (name === OTHER) {
    found.push({
      words: `Show more events at each step: ${top} → ${top + MORE}`,
      edit: (now) => void (now.top = top + MORE),
    });
  } else if (name !== EXIT) {
    if (!isOnly(draft.from_, name)) {
      found.push({ words: `Start here: paths from ${name}`, edit: (now) => startAt(now, name) });
    }
    if (!isOnly(draft.to, name)) {
      found.push({ words: `End here: paths to ${name}`, edit: (now) => endAt(now, name) });
    }
    const isAnchor = [draft.from_, draft.to].some((anchor) => anchor?.names.includes(name));
    if (!isAnchor) {
      found.push({ words: `Hide ${name}`, edit: (now) => hide(now, name, events.includes(name)) });
    }
    if ((draft.rename ?? []).some((rule) => rule.name === name)) {
      found.push({ words: `Show the events of ${name} apart`, edit: (now) => splitUp(now, name) });
    }
  }
  const outermost = isBackward(draft) ? 1 - steps : steps;
  if (step === outermost && steps < MOST_STEPS) {
    const side = isBackward(draft) ? "before" : "after";
    found.push({
      words: `Show the step ${side} this one: ${steps} → ${steps + 1} steps`,
      edit: (now) => void (now.steps = steps + 1),
    });
  }
  return found;
}
