// RetentionExplorer: who begins, who comes back; cohorts, curves, churn and survival of them.

import { answered, type Answer } from "./retention/answer";
import { EMPTY, type Ask } from "./retention/definition";
import { counting, events } from "./retention/settings";
import { byField, duringField, segmentsField, whereField } from "./shared/clauses";
import { h, type Child } from "./shared/elements";
import { frame } from "./shared/frame";
import { questionOf } from "./shared/question";
import type { Model } from "./shared/requests";
import { noEvents } from "./shared/words";

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const question: Ask = questionOf(model, EMPTY, (draft) => draft.start !== null);
  const made = frame(
    question,
    "Retention",
    "bh-explores-retention",
    () => controls(question),
    (around) => answered(question, around, model.get("answer") as Answer),
    () => advice(question),
  );
  el.append(made.root);
  return made.close;
}

function advice(question: Ask): string {
  if (question.catalog.events.length === 0) {
    return noEvents("there is nobody who could come back");
  }
  return question.draft.start === null
    ? "Choose the event people begin with. Who comes back, with any event, is then counted by week; all of that can be changed."
    : "Counting …";
}

function controls(question: Ask): Child[] {
  const limits = [duringField(question), whereField(question)].filter((one) => one !== null);
  return [
    events(question),
    h("h3", {}, "Counting"),
    counting(question),
    h("h3", {}, "Groups"),
    h("div", { class: "bh-stack" }, byField(question), segmentsField(question)),
    limits.length ? [h("h3", {}, "Limits"), h("div", { class: "bh-stack" }, limits)] : null,
  ];
}

export default { render };
