// The steps of a funnel: added, ordered, filtered, taken away.

import { combobox } from "../shared/combobox";
import { conditionAdder, conditions, type Next } from "../shared/conditions";
import { focusOn, h, iconButton, type Child } from "../shared/elements";
import { eventFields } from "../shared/events";
import { eventOptions, line } from "../shared/fields";
import type { Frame } from "../shared/frame";
import { byArrow, grip } from "../shared/reorder";
import { fit, removeStep, stepName, stepOf, type Ask, type Step } from "./definition";

/** Make the list of steps and the field for a further one. */
export function steps(question: Ask, around: Frame): Child[] {
  const { draft } = question;
  return [
    h(
      "ol",
      { class: "bh-steps", "aria-label": "Steps" },
      draft.steps.map((step, place) => stepRow(question, around, step, place)),
    ),
    combobox({
      key: "add-step",
      label: "Add a step",
      value: "",
      placeholder: draft.steps.length ? "+ add a step …" : "+ first step …",
      options: () => eventOptions(question),
      onpick: (name) => {
        question.change((now) => void now.steps.push(stepOf(name)));
        around.announce(`Step ${question.draft.steps.length}: ${name}`);
        focusOn(around.controls, "add-step");
      },
    }),
  ];
}

function stepRow(question: Ask, around: Frame, step: Step, place: number): HTMLElement {
  const { steps } = question.draft;
  const number = place + 1;
  const last = steps.length - 1;
  const move = (to: number) => moveStep(question, around, place, to);
  const remove = () => {
    question.change((now) => removeStep(now, place));
    around.announce(`Removed ${stepName(step)}`);
    focusOn(around.controls, question.draft.steps.length ? `grip-${Math.max(0, place - 1)}` : "add-step");
  };
  const where = (next: Next, quiet = false) =>
    question.change((now) => {
      // By then it may be at another place, or gone.
      if (now.steps.includes(step)) step.events.where = next(step.events.where);
    }, quiet);
  const row: HTMLElement = h(
    "li",
    {
      class: "bh-step",
      onkeydown: (event: KeyboardEvent) => {
        if (event.altKey) byArrow(event, place, move);
      },
    },
    h(
      "div",
      { class: "bh-row" },
      grip(place, `Move step ${number}, ${stepName(step)}`, () => row, move),
      h("span", { class: "bh-badge", "aria-hidden": "true" }, number),
      h("span", { class: "bh-events" }, eventFields(question, step.events, `step-${place}`, `Step ${number}`, (edit) =>
        question.change((now) => edit(now.steps[place].events)),
      )),
      iconButton("close", `Remove step ${number}, ${stepName(step)}`, remove, { "data-key": `remove-${place}` }),
    ),
    h(
      "div",
      { class: "bh-filters" },
      conditions(question, `steps.${place}.events.where`, `filter of step ${number}`, step.events.where, where),
      h(
        "div",
        { class: "bh-row" },
        conditionAdder(question, `steps.${place}.events.where`, "filter", step.events.where, where),
        place > 0 && place < last
          ? h(
              "button",
              {
                type: "button",
                class: "bh-toggle",
                "data-key": `optional-${place}`,
                "aria-pressed": String(step.optional),
                title: "An optional step never holds anybody up",
                onclick: () => question.change((now) => void (now.steps[place].optional = !step.optional)),
              },
              "optional",
            )
          : null,
        line(
          `label-${place}`,
          `Step ${number}: its name in results`,
          step.label ?? "",
          (typed) => question.change((now) => void (now.steps[place].label = typed.trim() || null)),
          { class: "bh-input bh-label", placeholder: "named …", title: "What the step is called in results" },
        ),
      ),
    ),
  );
  return row;
}

function moveStep(question: Ask, around: Frame, from: number, to: number): void {
  const { steps } = question.draft;
  if (to < 0 || to >= steps.length || to === from) return;
  question.change((now) => {
    const [moved] = now.steps.splice(from, 1);
    now.steps.splice(to, 0, moved);
    fit(now);
  });
  focusOn(around.controls, `grip-${to}`);
  around.announce(`${stepName(question.draft.steps[to])} is step ${to + 1} of ${steps.length}`);
}
