// The rows: series and formulas, added, ordered, shown or not, taken away.

import { combobox } from "../shared/combobox";
import { conditionAdder, conditions, type Next } from "../shared/conditions";
import { focusOn, h, icon, iconButton, type Child } from "../shared/elements";
import { eventFields } from "../shared/events";
import { eventOptions, line, propertyField, select } from "../shared/fields";
import type { Frame } from "../shared/frame";
import { byArrow, grip } from "../shared/reorder";
import {
  FUNCTIONS, isMeasure, isSeries, letterOf, letterOfId, MEASURES, MOST, newId, newSeries, rowName,
  without, type AnyRow, type Ask, type FormulaRow, type SeriesRow,
} from "./definition";
import { read, written } from "./formula";

/** Make the list of rows and what adds further ones. */
export function rows(question: Ask, around: Frame): Child[] {
  const { draft } = question;
  const full = draft.rows.length >= MOST;
  const series = draft.rows.filter(isSeries);
  return [
    h("ol", { class: "bh-steps", "aria-label": "Series" }, draft.rows.map((row, place) => rowOf(question, around, row, place))),
    full
      ? h("p", { class: "bh-quiet" }, `${MOST} lines are the most that one chart tells apart.`)
      : h("div", { class: "bh-row" },
          combobox({
            key: "add-series",
            label: "Add a series",
            value: "",
            placeholder: draft.rows.length ? "+ add a series …" : "+ count users of …",
            options: () => [...eventOptions(question), { value: "", label: "any event" }],
            onpick: (name) => add(question, around, newSeries(draft, ...(name ? [name] : []))),
          }),
          series.length > 1
            ? h("button", {
                type: "button", class: "bh-button", "data-key": "add-formula",
                onclick: () => {
                  const [left, right] = series.slice(-2).map(({ id }) => ({ kind: "row" as const, id }));
                  const formula = { kind: "formula" as const, operator: "/", left, right };
                  const row: FormulaRow = { id: newId(draft), shown: true, formula };
                  add(question, around, row, `formula-${row.id}`);
                },
              }, "+ formula")
            : null),
  ];
}

function add(question: Ask, around: Frame, row: AnyRow, key = "add-series"): void {
  question.change((now) => void now.rows.push(row));
  around.announce(`${letterOf(question.draft.rows.length - 1)}: ${rowName(question.draft, row)}`);
  focusOn(around.controls, key);
}

function rowOf(question: Ask, around: Frame, row: AnyRow, place: number): HTMLElement {
  const letter = letterOf(place);
  const name = `${letter}, ${rowName(question.draft, row)}`;
  const change = (edit: (row: any) => void, quiet = false) =>
    question.change((now) => edit(now.rows.find(({ id }) => id === row.id)), quiet);
  const move = (to: number) => moveRow(question, around, place, to);
  const element: HTMLElement = h(
    "li",
    {
      class: row.shown ? "bh-step" : "bh-step bh-not-drawn",
      onkeydown: (event: KeyboardEvent) => {
        if (event.altKey) byArrow(event, place, move);
      },
    },
    h(
      "div",
      { class: "bh-row" },
      grip(place, `Move ${name}`, () => element, move),
      h("span", { class: "bh-badge", "aria-hidden": "true" }, letter),
      isSeries(row) ? seriesFields(question, row, letter, change) : formulaField(question, row, letter, change),
      h("button", {
        type: "button", class: "bh-icon-button bh-eye", "data-key": `shown-${row.id}`,
        "aria-pressed": String(row.shown), "aria-label": `Draw ${name}`, title: row.shown ? "Drawn" : "Not drawn",
        onclick: () => change((now) => void (now.shown = !now.shown)),
      }, icon("eye")),
      iconButton("close", `Remove ${name}`, () => remove(question, around, row, place), { "data-key": `remove-${place}` }),
    ),
    isSeries(row) ? filters(question, row, letter, change) : null,
  );
  return element;
}

function seriesFields(
  question: Ask,
  row: SeriesRow,
  letter: string,
  change: (edit: (row: SeriesRow) => void) => void,
): HTMLElement {
  const numbers = question.catalog.properties.filter(({ kind, owner }) => kind === "number" && owner === "event");
  const choices = [...FUNCTIONS, ...(numbers.length ? MEASURES.map(([one, words]) => [one, `${words} of`] as [string, string]) : [])];
  return h(
    "span",
    { class: "bh-events" },
    select(`function-${row.id}`, `${letter}: what is counted`, row.of.function, choices, (picked) =>
      change((now) => {
        now.of.function = picked;
        now.of.property = isMeasure(picked) ? (now.of.property ?? numbers[0].name) : null;
      })),
    isMeasure(row.of.function)
      ? [
          propertyField(question, {
            key: `property-${row.id}`,
            label: `${letter}: property`,
            value: row.of.property ?? "",
            only: (one) => numbers.includes(one),
            onpick: ({ name }) => change((now) => void (now.of.property = name)),
          }),
          h("span", { class: "bh-of" }, "of"),
        ]
      : null,
    eventFields(question, row.of.events, `row-${row.id}`, letter, (edit) => change((now) => edit(now.of.events))),
  );
}

function filters(
  question: Ask,
  row: SeriesRow,
  letter: string,
  change: (edit: (row: SeriesRow) => void, quiet?: boolean) => void,
): HTMLElement {
  const path = `row-${row.id}-where`;
  const where = (next: Next, quiet = false) => change((now) => void (now.of.events.where = next(now.of.events.where)), quiet);
  return h(
    "div",
    { class: "bh-filters" },
    conditions(question, path, `filter of ${letter}`, row.of.events.where, where),
    h("div", { class: "bh-row" }, conditionAdder(question, path, "filter", row.of.events.where, where)),
  );
}

function formulaField(question: Ask, row: FormulaRow, letter: string, change: (edit: (row: FormulaRow) => void) => void): HTMLElement {
  const { draft } = question;
  const letters = new Map(draft.rows.filter(isSeries).map(({ id }) => [letterOfId(draft, id), id]));
  const wrong = h("span", { class: "bh-wrong", role: "alert", id: `bh-formula-${row.id}` });
  const take = (text: string) => {
    const found = read(text, letters);
    wrong.textContent = typeof found === "string" ? found : "";
    field.setAttribute("aria-invalid", String(typeof found === "string"));
    if (typeof found !== "string") change((now) => void (now.formula = found));
  };
  const field = line(`formula-${row.id}`, `${letter}: formula of letters, such as A / B`, written(row.formula, (id) => letterOfId(draft, id)), take, {
    "aria-describedby": `bh-formula-${row.id}`,
  });
  return h("span", { class: "bh-events" }, field, wrong);
}

function remove(question: Ask, around: Frame, row: AnyRow, place: number): void {
  const before = question.draft.rows.length;
  const name = rowName(question.draft, row);
  question.change((now) => void (now.rows = without(now, row.id)));
  const left = question.draft.rows.length;
  around.announce(`Removed ${name}${before - left > 1 ? " and the formulas of it" : ""}`);
  focusOn(around.controls, left ? `grip-${Math.min(left, Math.max(1, place)) - 1}` : "add-series");
}

function moveRow(question: Ask, around: Frame, from: number, to: number): void {
  const { rows } = question.draft;
  if (to < 0 || to >= rows.length || to === from) return;
  question.change((now) => {
    const [moved] = now.rows.splice(from, 1);
    now.rows.splice(to, 0, moved);
  });
  focusOn(around.controls, `grip-${to}`);
  around.announce(`${rowName(question.draft, question.draft.rows[to])} is ${letterOf(to)}`);
}
