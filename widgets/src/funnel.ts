// FunnelExplorer: steps chosen, ordered and filtered; bars, times and a trend of what comes of it.

import { answered, type Answer } from "./funnel/answer";
import { EMPTY, type Ask } from "./funnel/definition";
import { counting, groups, limits } from "./funnel/settings";
import { steps } from "./funnel/steps";
import { h, type Child } from "./shared/elements";
import { frame, type Frame } from "./shared/frame";
import { questionOf } from "./shared/question";
import type { Model } from "./shared/requests";
import { noEvents } from "./shared/words";

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const question = questionOf(model, EMPTY, (draft) => draft.steps.length > 1);
  const made = frame(
    question,
    "Funnel",
    "bh-explores-funnel",
    (around) => controls(question, around),
    (around) => answered(question, around, model.get("answer") as Answer),
    () => advice(question),
  );
  el.append(made.root);
  return made.close;
}

function advice(question: Ask): string {
  if (question.catalog.events.length === 0) {
    return noEvents("there is nothing to build a funnel of");
  }
  return ["Choose the event people begin with, then the one they should get to.", "Add a second step: where should they get to?"][
    question.draft.steps.length
  ] ?? "Counting …";
}

function controls(question: Ask, around: Frame): Child[] {
  return [
    h("h3", {}, "Steps"),
    steps(question, around),
    h("h3", {}, "Counting"),
    counting(question),
    h("h3", {}, "Groups"),
    groups(question),
    h("h3", {}, "Limits"),
    limits(question),
  ];
}

export default { render };
