// Which events begin and which come back, and how periods and cohorts are counted.

import { combobox } from "../shared/combobox";
import { conditionAdder, conditions, type Next } from "../shared/conditions";
import { h, type Child } from "../shared/elements";
import { eventFields, eventsOf, type Events } from "../shared/events";
import { count, eventOptions, field, select, type Duration } from "../shared/fields";
import { bracketsOf, bracketsText, type Ask } from "./definition";

const HALF_DAY: Duration = { amount: 12, unit: "h" };
const ANY = "any event";
const BRACKETS: Record<string, string[]> = {
  day: ["0, 1, 2-3, 4-7, 8-14, 15-30", "1-7, 8-14, 15-30"],
  week: ["0, 1, 2-4, 5-8, 9-13", "1-4, 5-8, 9-12"],
  month: ["0, 1, 2-3, 4-6, 7-12", "1-3, 4-6, 7-12"],
};

/** The event people begin with, and the one they come back with. */
export function events(question: Ask): Child[] {
  const { start, returning } = question.draft;
  return [
    h("h3", {}, "Start event"),
    start
      ? eventsBox(question, "start", "Start", start)
      : combobox({
          key: "start-event-0",
          label: "Start event",
          value: "",
          placeholder: "the event people begin with …",
          options: () => [{ value: ANY }, ...eventOptions(question)],
          onpick: (name) =>
            question.change((now) => void (now.start = name === ANY ? eventsOf() : eventsOf(name))),
        }),
    h("h3", {}, "Return event"),
    eventsBox(question, "returning", "Return", returning),
  ];
}

function eventsBox(question: Ask, part: "start" | "returning", label: string, events: Events): HTMLElement {
  const where = (next: Next, quiet = false) =>
    question.change((now) => void (now[part]!.where = next(now[part]!.where)), quiet);
  const filter = `filter of the ${label.toLowerCase()} event`;
  return h(
    "div",
    { class: "bh-step" },
    h("span", { class: "bh-events" }, eventFields(question, events, part, label, (edit) =>
      question.change((now) => edit(now[part]!)))),
    h(
      "div",
      { class: "bh-filters bh-flush" },
      conditions(question, `${part}.where`, filter, events.where, where),
      conditionAdder(question, `${part}.where`, "filter", events.where, where),
    ),
  );
}

/** Periods, cohorts, and when somebody is retained. */
export function counting(question: Ask): HTMLElement {
  const { draft } = question;
  const per = draft.per ?? "week";
  const hours = typeof per === "string" ? null : per;
  const brackets = draft.brackets ?? [];
  return h(
    "div",
    { class: "bh-grid-fields" },
    field("per", h("span", { class: "bh-row bh-span" },
      hours
        ? count("hours", "Hours of a period", hours.amount, (amount) =>
            question.change((now) => void (now.per = { amount, unit: "h" }), true))
        : null,
      select("per", "Period", hours ? "hours" : (per as string), [
        ["day", "day"], ["week", "week"], ["month", "month"], ["hours", "hours"],
      ], (value) => question.change((now) => {
        now.per = value === "hours" ? { ...HALF_DAY } : value;
        // Hours are always counted from each user's own start.
        if (value === "hours" || hours) now.alignment = value === "hours" ? "rolling" : "calendar";
      })))),
    brackets.length
      ? null
      : field("periods", count("periods", "Number of periods", draft.periods ?? 12, (periods) =>
          question.change((now) => void (now.periods = periods), true))),
    field("cohort", select("cohort", "Which start makes a cohort", draft.cohort ?? "first in range", [
      ["first in range", "first in range"], ["first ever", "first ever"], ["every", "every period with one"],
    ], (value) => question.change((now) => void (now.cohort = value)))),
    hours
      ? null
      : field("periods are", select("alignment", "What periods are", draft.alignment ?? "calendar", [
          ["calendar", "of the calendar"], ["rolling", "from each start"],
        ], (value) => question.change((now) => void (now.alignment = value)))),
    field("retained", select("unbounded", "When somebody is retained", String(draft.unbounded ?? false), [
      ["false", "in the period"], ["true", "in it or later"],
    ], (value) => question.change((now) => void (now.unbounded = value === "true")))),
    field("the start itself", select("include-start", "Whether the start itself counts", String(draft.include_start ?? false), [
      ["false", "does not count"], ["true", "counts in period 0"],
    ], (value) => question.change((now) => void (now.include_start = value === "true")))),
    h("div", { class: "bh-whole-row" }, field("brackets", bracketsField(question, brackets, hours ? "day" : (per as string)))),
  );
}

function bracketsField(question: Ask, brackets: [number, number][], per: string): Child[] {
  const wrong = h("span", { class: "bh-wrong", role: "alert" });
  return [
    combobox({
      key: "brackets",
      label: "Periods joined into brackets",
      value: bracketsText(brackets),
      placeholder: "each period alone; or: 0, 1-3, 4-7",
      free: true,
      options: () => [
        ...(brackets.length ? [{ value: "", label: "each period alone" }] : []),
        ...BRACKETS[per].map((value) => ({ value })),
      ],
      onpick: (text) => {
        const found = bracketsOf(text);
        wrong.textContent = found ? "" : `“${text}” is none; write them like 0, 1-3, 4-7.`;
        if (!found) return;
        question.change((now) => {
          now.brackets = found;
          delete now.periods;
        });
      },
    }),
    wrong,
  ];
}
