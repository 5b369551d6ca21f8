// What stands around every widget: undo, the line of text, what went wrong, controls and answer.

import { copyButton } from "./copying";
import { enable, h, iconButton, replace, type Child } from "./elements";
import type { Question } from "./question";
import { named, region, type Around } from "./region";

export interface Frame extends Around {
  controls: HTMLElement;
  answer: HTMLElement;
}

/**
 * Make the frame; `kind` is the class that the widget's own style sheet goes by. `controls` and
 * `answer` make what is in it; they are called again when the draft, or the answer, is another.
 */
export function frame(
  question: Question<any>,
  name: string,
  kind: string,
  controls: (frame: Frame) => Child[],
  answer: (frame: Frame) => Child[],
  advice: () => Child,
): Frame {
  const { model } = question;
  const sentence = h("div", { class: "bh-error", role: "alert" });
  const command = h("code", { class: "bh-command" });
  const undo = iconButton("undo", "Undo", () => question.undo(), { "data-key": "undo" });
  const redo = iconButton("redo", "Redo", () => question.redo(), { "data-key": "redo" });
  const copy = copyButton("copy", "Copy as text", () => model.get("text"), (words) => around.announce(words));
  const left = h("div", { role: "group", class: "bh-controls", "aria-label": "Question" });
  const right = h("div", { role: "group", class: "bh-answer", "aria-label": "Answer" });
  const around = region(
    named(name, model),
    kind,
    question,
    h(
      "div",
      { class: "bh-bar" },
      h("strong", { class: "bh-name" }, name),
      undo,
      redo,
      h("span", { class: "bh-text" }, command, copy),
    ),
    sentence,
    h("div", { class: "bh-columns" }, left, right),
  );
  const made: Frame = {
    ...around,
    controls: left,
    answer: right,
    close: () => [...ends, around.close].forEach((end) => end()),
  };

  const showBar = () => {
    const text: string = question.isComplete ? model.get("text") : "";
    command.textContent = text;
    // What was refused, or is not sent yet, is not what the line says.
    copy.toggleAttribute("disabled", !text || !question.isTaken);
    enable(redo, question.canRedo, undo);
    enable(undo, question.canUndo, redo);
  };
  const showState = () => {
    const error: string = model.get("error");
    sentence.textContent = error;
    right.toggleAttribute("data-old", Boolean(error) || question.busy);
    right.setAttribute("aria-busy", String(question.busy));
  };
  const showControls = () => replace(left, controls(made));
  const showAll = () => {
    showControls();
    showBar();
    showAnswer();
  };
  const hasAnswer = () => question.isComplete && model.get("answer");
  const showAdvice = () => {
    if (hasAnswer()) return;
    const said = question.isComplete && model.get("error") ? "No answer: what is wrong stands above." : advice();
    replace(right, h("p", { class: "bh-advice" }, said));
  };
  const showAnswer = () => {
    if (hasAnswer()) replace(right, answer(made));
    else showAdvice();
  };
  const ends = [
    question.on("draft", showAll),
    question.on("catalog", showControls),
    question.on("answer", showAnswer),
    question.on("events", showAdvice),
    question.on("text", showBar),
    question.on("history", showBar),
    question.on("error", () => {
      showState();
      showAdvice();
    }),
    question.on("busy", showState),
  ];
  showAll();
  showState();
  return made;
}
