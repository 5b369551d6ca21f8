// SegmentBuilder: groups of conditions; how many users meet them, and what each condition does.

import { below, shareOf, type Answer } from "./segment/answer";
import { EMPTY, FORM, holdsAny, type Ask } from "./segment/definition";
import { effectsOf, type Effects } from "./segment/effects";
import { conditionTree } from "./segment/groups";
import { moment, today } from "./segment/window";
import { h, iconButton, type Child } from "./shared/elements";
import { field } from "./shared/fields";
import { frame, type Frame } from "./shared/frame";
import { questionOf } from "./shared/question";
import type { Model } from "./shared/requests";
import { noEvents, percent, plural } from "./shared/words";

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const question: Ask = questionOf(model, EMPTY, ({ root }) => holdsAny(root), FORM);
  let made: Frame;
  const effects = effectsOf(question, () => made);
  const further = below(question, () => made);
  made = frame(
    question,
    "Segment",
    "bh-explores-segment",
    (around) => controls(question, around, effects),
    () => further.answered(model.get("answer") as Answer),
    () => advice(question),
  );
  const show = () => {
    effects.show();
    further.show();
  };
  const answered = (): Answer | null => (question.isComplete ? model.get("answer") : null);
  // The conditions have the number beside them where the answer is below.
  const showNumber = () => {
    const answer = answered();
    const live = made.controls.querySelector(".bh-live")!;
    live.textContent = answer && !model.get("error") ? `${plural(answer.users, "user")} · ${percent(answer.share)}` : "";
  };
  const ends = [
    // What is below a changed question is of the one before, until it is told.
    question.on("history", show),
    question.on("draft", showNumber),
    question.on("catalog", showNumber),
    question.on("error", showNumber),
    question.on("answer", () => {
      const answer = answered();
      showNumber();
      if (answer) made.announce(`${plural(answer.users, "user")}, ${shareOf(answer)}`);
    }),
  ];
  model.on("change:further", show);
  show();
  showNumber();
  el.append(made.root);
  return () => {
    model.off("change:further", show);
    ends.forEach((end) => end());
    made.close();
  };
}

function advice(question: Ask): string {
  if (question.catalog.events.length === 0) {
    return noEvents("there is nobody to choose");
  }
  return question.isComplete ? "Counting …" : "Add a condition: who shall be in the segment?";
}

function controls(question: Ask, around: Frame, effects: Effects): Child[] {
  return [
    h("h3", {}, "Conditions"),
    conditionTree(question, around, effects),
    holdsAny(question.draft.root) &&
      h("p", { class: "bh-quiet bh-says" }, "“Removes” and “adds” compare with the segment without that condition."),
    h("h3", {}, "Reference time"),
    reference(question),
  ];
}

/** What "now" is for "in the last …". */
function reference(question: Ask): HTMLElement {
  const { reference: at } = question.draft;
  const change = (value: string | null) => question.change((now) => void (now.reference = value));
  return field(
    "“in the last …” and “… ago” count back from",
    h(
      "div",
      { class: "bh-row" },
      at === null
        ? [
            h("span", { class: "bh-word" }, "the end of the log"),
            h("button", { type: "button", class: "bh-button", "data-key": "reference-set", onclick: () => change(today()) }, "choose a day"),
          ]
        : [
            moment("reference", "Reference date", at, change),
            iconButton("close", "Count back from the end of the log", () => change(null), { "data-key": "reference-remove" }),
          ],
    ),
  );
}

export default { render };
