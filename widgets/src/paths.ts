// PathExplorer: ways from step to step, drawn as flows; a click on a node follows it.

import { answered, type Answer } from "./paths/answer";
import { EMPTY, isAsked, startAt, type Ask } from "./paths/definition";
import { counting, groups, limits, route, shown } from "./paths/settings";
import { h, type Child } from "./shared/elements";
import { frame, type Frame } from "./shared/frame";
import { questionOf } from "./shared/question";
import type { Model } from "./shared/requests";
import { noEvents, number } from "./shared/words";

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const question = questionOf(model, EMPTY, isAsked);
  const view = answered(question);
  const made = frame(
    question,
    "Paths",
    "bh-explores-paths",
    (around) => controls(question, around),
    (around) => view.draw(around, model.get("answer") as Answer),
    () => advice(question),
  );
  el.append(made.root);
  return () => {
    view.close();
    made.close();
  };
}

function advice(question: Ask): Child {
  if (question.catalog.events.length === 0) {
    return noEvents("there are no paths in it");
  }
  if (question.isComplete) return "Counting …";
  const [name, count] = question.events[0];
  return [
    "Choose an event that paths begin with, or one that they end with.",
    h("br"),
    h("button", {
      type: "button",
      class: "bh-button bh-first",
      "data-key": "begin",
      disabled: count === null,
      onclick: () => question.change((now) => startAt(now, name)),
    }, count === null ? "Counting events …" : `Start from ${name}, the most frequent event (${number(count)})`),
  ];
}

function controls(question: Ask, around: Frame): Child[] {
  return [
    h("h3", {}, "Paths"),
    h("div", { class: "bh-stack" }, route(question, around)),
    h("h3", {}, "Events"),
    shown(question, around),
    h("h3", {}, "Counting"),
    counting(question),
    h("h3", {}, "Groups"),
    groups(question),
    limits(question),
  ];
}

export default { render };
