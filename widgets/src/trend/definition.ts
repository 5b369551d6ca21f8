// What is asked: rows of series and formulas, as trend.py has them, with the clauses they share.

import type { Clauses, Sessions } from "../shared/clauses";
import { eventsName, eventsOf, type Events } from "../shared/events";
import type { Form, Question } from "../shared/question";
import type { Model } from "../shared/requests";
import { rowsOf, written, type Expression } from "./formula";

export interface Series {
  kind: "series";
  function: string;
  events: Events;
  property: string | null;
}

interface Row {
  id: number;
  /** Whether it is drawn; a series may be there for a formula only. */
  shown: boolean;
}
export type SeriesRow = Row & { of: Series };
export type FormulaRow = Row & { formula: Expression };
export type AnyRow = SeriesRow | FormulaRow;

export interface Draft extends Clauses {
  rows: AnyRow[];
  per?: string;
  sessions?: Sessions;
  view: string;
  compare: boolean;
}

export type Ask = Question<Draft>;
export const EMPTY: Draft = { rows: [], view: "trend", compare: false };
export const MOST = 12;

/** What reads a property, and what it is called. */
export const FUNCTIONS: [string, string][] = [
  ["users", "users of"], ["events", "events of"], ["sessions", "sessions of"],
  ["events per user", "events per user of"],
];
export const MEASURES: [string, string][] = [
  ["sum", "sum"], ["avg", "average"], ["median", "median"], ["p90", "90th percentile"],
];

export const isSeries = (row: AnyRow): row is SeriesRow => "of" in row;
export const isMeasure = (name: string): boolean => MEASURES.some(([measure]) => measure === name);
export const letterOf = (place: number): string => String.fromCharCode(65 + place);

export function letterOfId(draft: Pick<Draft, "rows">, id: number): string {
  return letterOf(draft.rows.findIndex((row) => row.id === id));
}

export function newId(draft: Draft): number {
  return 1 + Math.max(0, ...draft.rows.map(({ id }) => id));
}

export function newSeries(draft: Draft, ...names: string[]): SeriesRow {
  return {
    id: newId(draft), shown: true,
    of: { kind: "series", function: "users", events: eventsOf(...names), property: null },
  };
}

/** What a row counts, in words. */
export function rowName(draft: Pick<Draft, "rows">, row: AnyRow): string {
  if (!isSeries(row)) return written(row.formula, (id) => letterOfId(draft, id));
  const { function: name, events, property } = row.of;
  const words = [...FUNCTIONS, ...MEASURES].find(([one]) => one === name)![1];
  return property ? `${words} of ${property} of ${eventsName(events)}` : `${words} ${eventsName(events)}`;
}

/** The letters of the rows that are drawn, with what they count. */
export function shownNames(rows: AnyRow[]): string[] {
  return rows.flatMap((row, place) => (row.shown ? [`${letterOf(place)}: ${rowName({ rows }, row)}`] : []));
}

/** The series whose events lifecycle and stickiness are of: the first of the first row drawn. */
export function activity(draft: Draft): SeriesRow | undefined {
  const first = draft.rows.find((row) => row.shown);
  if (!first || isSeries(first)) return first;
  return draft.rows.filter(isSeries).find(({ id }) => id === rowsOf(first.formula)[0]);
}

/** Take a row away, and the formulas of it. */
export function without(draft: Draft, id: number): AnyRow[] {
  return draft.rows.filter((row) => row.id !== id && (isSeries(row) || !rowsOf(row.formula).includes(id)));
}

export const isWhole = (draft: Draft): boolean => draft.rows.some((row) => row.shown);

export const FORM: Form<Draft> = {
  traits: ["expressions", "view", "compare"],
  read(definition: any, model: Model): Draft {
    const { value: _value, kind: _kind, ...clauses } = structuredClone(definition);
    const rows = rowsFrom(structuredClone(model.get("expressions")));
    return { rows, ...clauses, view: model.get("view"), compare: model.get("compare") };
  },
  write({ rows, ...more }: Draft): unknown {
    const whole = (expression: Expression): unknown => {
      if (expression.kind === "number") return expression;
      if (expression.kind === "formula") {
        return { ...expression, left: whole(expression.left), right: whole(expression.right) };
      }
      return rows.filter(isSeries).find(({ id }) => id === expression.id)!.of;
    };
    const shown = rows.filter((row) => row.shown);
    const expressions = shown.map((row) => (isSeries(row) ? row.of : whole(row.formula)));
    return { ...more, expressions, names: shownNames(rows) };
  },
};

/** Make rows of what is drawn: series of formulas that are not drawn themselves come before them. */
export function rowsFrom(expressions: any[]): AnyRow[] {
  const rows: AnyRow[] = [];
  const hidden: SeriesRow[] = [];
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  const lettered = (node: any): Expression => {
    if (node.kind === "number") return node;
    if (node.kind === "formula") return { ...node, left: lettered(node.left), right: lettered(node.right) };
    const place = expressions.findIndex((one) => same(one, node));
    if (place >= 0) return { kind: "row", id: place + 1 };
    let found = hidden.find((row) => same(row.of, node));
    if (!found) {
      found = { id: expressions.length + hidden.length + 1, shown: false, of: node };
      hidden.push(found);
      rows.push(found);
    }
    return { kind: "row", id: found.id };
  };
  expressions.forEach((one, place) => {
    const row = { id: place + 1, shown: true };
    if (one.kind === "series") return void rows.push({ ...row, of: one });
    const formula = lettered(one);
    rows.push({ ...row, formula });
  });
  return rows;
}
