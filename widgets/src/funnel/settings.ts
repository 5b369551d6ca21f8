// How a funnel counts, for which groups, and what limits it.

import { byField, duringField, segmentsField, sessionsField, whereField } from "../shared/clauses";
import { combobox } from "../shared/combobox";
import { h, iconButton, type Child } from "../shared/elements";
import { eventsName, eventsOf } from "../shared/events";
import { chip, eventOptions, field, propertyField, select, span, type Duration } from "../shared/fields";
import { textOf } from "../shared/texts";
import { stepName, type Ask, type Exclusion } from "./definition";

const MONTH: Duration = { amount: 30, unit: "d" };

/** Window, order, what counts once, trend. */
export function counting(question: Ask): HTMLElement {
  const { draft } = question;
  return h(
    "div",
    { class: "bh-grid-fields" },
    field("within", span("within", "Conversion window", draft.within ?? MONTH, (value, quiet) =>
      question.change((now) => void (now.within = value), quiet))),
    field("order", select("order", "Order of steps", draft.order ?? "ordered", [
      ["ordered", "in this order"], ["strict", "nothing in between"], ["any", "in any order"],
    ], (value) => question.change((now) => void (now.order = value)))),
    field("counting", select("counting", "What counts once", draft.counting ?? "users", [
      ["users", "users"], ["first entries", "first entries"], ["attempts", "attempts"], ["sessions", "sessions"],
    ], (value) => question.change((now) => {
      now.counting = value;
      if (value !== "sessions") delete now.sessions;
    }))),
    draft.counting === "sessions"
      ? sessionsField(question)
      : null,
    field("over time", select("per", "Trend", draft.per ?? "", [
      ["", "no trend"], ["day", "per day"], ["week", "per week"], ["month", "per month"],
    ], (value) => question.change((now) => void (now.per = value || null)))),
  );
}

/** A property to break down by, and segments to compare. */
export function groups(question: Ask): HTMLElement {
  const { draft } = question;
  const steps: [string, string][] = draft.steps.map((step, place) => [String(place + 1), `at step ${place + 1}, ${stepName(step)}`]);
  return h(
    "div",
    { class: "bh-stack" },
    byField(
      question,
      (now) => (now.attribution = "first"),
      draft.by?.property.owner === "event"
        ? select("attribution", "Step whose event gives the value", String(draft.attribution ?? "first"), [
            ["first", "at the first step"], ["last", "at the last step reached"], ...steps.slice(1),
          ], (value) => question.change((now) => {
            now.attribution = value === "first" || value === "last" ? value : Number(value);
          }))
        : null,
    ),
    segmentsField(question),
  );
}

/** Range, filter, one value of a property, events that must not happen. */
export function limits(question: Ask): HTMLElement {
  const { draft } = question;
  return h(
    "div",
    { class: "bh-stack" },
    duringField(question),
    whereField(question),
    field("same", h("span", { class: "bh-row" }, propertyField(question, {
      key: "same",
      label: "All steps carry one value of a property",
      value: draft.same ?? "",
      placeholder: "any values",
      only: ({ owner }) => owner === "event",
      onpick: ({ name }) => question.change((now) => void (now.same = name)),
    }), draft.same
      ? iconButton("close", "Let steps carry any values", () => question.change((now) => void (now.same = null)), { "data-key": "same-remove" })
      : null)),
    field("without", exclusions(question)),
  );
}

function exclusions(question: Ask): Child[] {
  const { draft } = question;
  const last = draft.steps.length;
  const numbers = (from: number, to: number): [string, string][] =>
    Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => [String(from + place), String(from + place)]);
  return [
    (draft.exclusions ?? []).map((one, place) => {
      const change = (edit: (exclusion: Exclusion) => void) =>
        question.change((now) => edit(now.exclusions![place]));
      return h(
        "div",
        { class: "bh-row bh-exclusion" },
        chip(`exclusion-${place}`, textOf(question, one.events) || eventsName(one.events), () =>
          question.change((now) => void now.exclusions!.splice(place, 1))),
        "between",
        select(`exclusion-${place}-after`, "After step", String(one.after), numbers(1, last - 1), (value) =>
          change((now) => void (now.after = Number(value)))),
        "and",
        select(`exclusion-${place}-before`, "Before step", String(one.before ?? last), numbers(2, last), (value) =>
          change((now) => void (now.before = Number(value)))),
      );
    }),
    combobox({
      key: "add-exclusion",
      label: "Add an event that must not happen in between",
      value: "",
      placeholder: "an event that must not happen …",
      options: () => eventOptions(question),
      onpick: (name) =>
        question.change((now) => {
          now.exclusions = [...(now.exclusions ?? []), { kind: "exclusion", events: eventsOf(name), after: 1, before: null }];
        }),
    }),
  ];
}
