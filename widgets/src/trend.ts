// TrendExplorer: series and formulas over time, compared with before; lifecycle and stickiness.

import { h, type Child } from "./shared/elements";
import { frame, type Frame } from "./shared/frame";
import { questionOf } from "./shared/question";
import type { Model } from "./shared/requests";
import { lifecycle, stickiness } from "./trend/activity";
import { trends } from "./trend/answer";
import { EMPTY, FORM, isWhole, type Ask } from "./trend/definition";
import { rows } from "./trend/rows";
import { activityFields, comparison, groups, limits, periods, views } from "./trend/settings";
import { noEvents } from "./shared/words";

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const question = questionOf(model, EMPTY, isWhole, FORM);
  const made = frame(
    question,
    "Trend",
    "bh-explores-trend",
    (around) => controls(question, around),
    (around) => answered(question, around),
    () => advice(question),
  );
  el.append(made.root);
  return made.close;
}

function answered(question: Ask, around: Frame): Child[] {
  const answer = question.model.get("answer");
  return { trend: trends, lifecycle, stickiness }[answer.view as string]!(question, around, answer);
}

function advice(question: Ask): string {
  if (question.catalog.events.length === 0) {
    return noEvents("there is nothing to follow over time");
  }
  if (question.draft.rows.length === 0) return "Choose the event to follow over time.";
  return question.isComplete ? "Counting …" : "No line is drawn: press the eye of one.";
}

function controls(question: Ask, around: Frame): Child[] {
  const trend = question.draft.view === "trend";
  return [
    views(question),
    h("h3", {}, trend ? "Series" : "Active with"),
    trend ? rows(question, around) : activityFields(question),
    h("h3", {}, "Periods"),
    h("div", { class: "bh-grid-fields" }, periods(question), trend ? comparison(question) : null),
    h("h3", {}, trend ? "Groups" : "Users"),
    groups(question),
    h("h3", {}, "Limits"),
    limits(question),
  ];
}

export default { render };
