// What the lines share: what is shown, periods, groups, limits.

import { byField, duringField, segmentsField, sessionsField, whereField } from "../shared/clauses";
import { h, type Child } from "../shared/elements";
import { eventFields } from "../shared/events";
import { field, select } from "../shared/fields";
import { conditionAdder, conditions, type Next } from "../shared/conditions";
import { activity, isSeries, newSeries, type Ask, type Draft } from "./definition";

const VIEWS: [string, string][] = [["trend", "Trend"], ["lifecycle", "Lifecycle"], ["stickiness", "Stickiness"]];
const PERIODS: Record<string, string[]> = {
  trend: ["hour", "day", "week", "month"], lifecycle: ["day", "week", "month"], stickiness: ["week", "month"],
};

/** Choose what is shown of the events. */
export function views(question: Ask): HTMLElement {
  const { draft } = question;
  return h(
    "div",
    { class: "bh-views", role: "group", "aria-label": "What is shown" },
    VIEWS.map(([view, words]) =>
      h("button", {
        type: "button", class: "bh-toggle", "data-key": `view-${view}`, "aria-pressed": String(draft.view === view),
        onclick: () => question.change((now) => look(now, view)),
      }, words)),
  );
}

function look(draft: Draft, view: string): void {
  draft.view = view;
  if (!PERIODS[view].includes(draft.per ?? "day")) draft.per = PERIODS[view][0];
  if (view !== "trend" && !activity(draft)) draft.rows.push(newSeries(draft));
}

/** The length of periods. */
export function periods(question: Ask): HTMLElement {
  const { draft } = question;
  return field("per", select("per", "Periods", draft.per ?? "day", PERIODS[draft.view].map((per) => [per, per]), (per) =>
    question.change((now) => void (now.per = per))));
}

/** Whether the range before is drawn, too. */
export function comparison(question: Ask): HTMLElement {
  return field("compare with", h("button", {
    type: "button", class: "bh-toggle bh-boxed", "data-key": "compare", "aria-pressed": String(question.draft.compare),
    title: "As many periods, just before the range",
    onclick: () => question.change((now) => void (now.compare = !now.compare)),
  }, "the range before"));
}

/** The events that lifecycle and stickiness are of. */
export function activityFields(question: Ask): Child[] {
  const row = activity(question.draft);
  if (!row) return [];
  const edit = (what: (events: any) => void, quiet = false) =>
    question.change((now) => what(now.rows.filter(isSeries).find(({ id }) => id === row.id)!.of.events), quiet);
  const path = `row-${row.id}-where`;
  const where = (next: Next, quiet = false) => edit((events) => void (events.where = next(events.where)), quiet);
  return [
    h("div", { class: "bh-events" }, eventFields(question, row.of.events, "activity", "Active with", edit)),
    h("div", { class: "bh-activity-filters" },
      conditions(question, path, "filter of the activity", row.of.events.where, where),
      h("div", { class: "bh-row" }, conditionAdder(question, path, "filter", row.of.events.where, where))),
  ];
}

/** A property to break down by, and segments. */
export function groups(question: Ask): HTMLElement {
  return h("div", { class: "bh-stack" },
    question.draft.view === "trend" ? byField(question) : null,
    segmentsField(question));
}

/** Range, filter, sessions. */
export function limits(question: Ask): HTMLElement {
  const { rows, view } = question.draft;
  const sessions = view === "trend" && rows.some((row) => isSeries(row) && row.of.function === "sessions");
  return h("div", { class: "bh-stack" },
    duringField(question),
    whereField(question),
    sessions ? sessionsField(question) : null);
}
