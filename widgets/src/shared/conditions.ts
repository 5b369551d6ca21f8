// Conditions on events, as rows of property, comparison and value.
//
// The nodes are those of behavio_jupyter/query/predicate.py. What rows cannot show is a line of
// text, which the kernel reads.

import { begun, comparisonFields, comparisonOf, forDraft, nodeOf, type Comparison, type Node } from "./comparisons";
import { h, iconButton, icon } from "./elements";
import { line, propertyField, propertyValue } from "./fields";
import type { Property, Question } from "./question";
import { textOf } from "./texts";

export type { Node } from "./comparisons";
/** A condition, its text, or none. */
export type Condition = Node | string | null;

/** Makes a condition of the one there is by then: values may come after other changes. */
export type Next = (now: Condition) => Condition;

interface Row extends Comparison {
  property: Property;
}

/** Make the rows of a condition. `path` tells its fields from others. */
export function conditions(
  question: Question<any>,
  path: string,
  label: string,
  condition: Condition,
  onchange: (next: Next, quiet?: boolean) => void,
): HTMLElement {
  const rows = rowsOf(question, condition);
  if (rows === null) {
    const text = typeof condition === "string" ? condition : textOf(question, condition);
    return h(
      "div",
      { class: "bh-condition" },
      line(`${path}-text`, `${label} as text`, text, (typed) => onchange(() => typed.trim() || null)),
      iconButton("close", `Remove the ${label}`, () => onchange(() => null), {
        "data-key": `${path}-remove`,
      }),
    );
  }
  const changed = (place: number, next: Row | null, quiet = false) =>
    onchange((condition) => {
      const now = rowsOf(question, condition) ?? [];
      const isIt = (row?: Row) => row && propertyValue(row.property) === propertyValue(rows[place].property);
      const found = isIt(now[place]) ? place : now.findIndex(isIt);
      return found < 0 ? condition : conditionOf(now.flatMap((row, at) => (at === found ? (next ?? []) : row)));
    }, quiet);
  return h(
    "div",
    { class: "bh-conditions", role: "group", "aria-label": label },
    rows.map((row, place) => {
      const key = `${path}-${place}`;
      const name = rows.length > 1 ? `${label}, ${place + 1} of ${rows.length}` : label;
      return h(
        "div",
        { class: "bh-condition" },
        propertyField(question, {
          key: `${key}-property`,
          label: `${name}: property`,
          value: propertyValue(row.property),
          onpick: (property) =>
            forDraft(question, begun(question, property), (first) => changed(place, { property, ...first })),
        }),
        comparisonFields(question, key, name, row.property, row, (next, quiet) =>
          changed(place, Object.assign(row, next), quiet),
        ),
        iconButton("close", `Remove ${name}`, () => changed(place, null), {
          "data-key": `${key}-remove`,
        }),
      );
    }),
  );
}

/** Make a field that begins a further row. */
export function conditionAdder(
  question: Question<any>,
  path: string,
  label: string,
  condition: Condition,
  onchange: (next: Next) => void,
): HTMLElement | null {
  const rows = rowsOf(question, condition);
  if (rows === null) return null;
  return h(
    "span",
    { class: "bh-adder" },
    icon("filter"),
    propertyField(question, {
      key: `${path}-add`,
      label: `Add a ${label}`,
      value: "",
      placeholder: `add a ${label} …`,
      onpick: (property) =>
        forDraft(question, begun(question, property), (first) =>
          onchange((now) => {
            const found = rowsOf(question, now);
            return found ? conditionOf([...found, { property, ...first }]) : now;
          }),
        ),
    }),
  );
}

/** Read a condition as rows that all have to hold; null where it is none of that form. */
function rowsOf(question: Question<any>, condition: Condition): Row[] | null {
  if (condition === null) return [];
  if (typeof condition === "string") return null;
  const parts: Node[] = condition.kind === "and" ? condition.parts : [condition];
  const rows = parts.map((part) => rowOf(question, part));
  return rows.includes(null) ? null : (rows as Row[]);
}

function rowOf(question: Question<any>, node: Node): Row | null {
  const left = node.left ?? node.value;
  if (left?.kind !== "property") return null;
  const property = question.catalog.properties.find(
    (one) => one.name === left.name && one.owner === (left.owner ?? "event"),
  );
  const found = property && comparisonOf(node, property.kind);
  return found ? { property: property!, ...found } : null;
}

function conditionOf(rows: Row[]): Condition {
  const parts = rows.map((row) => nodeOf({ kind: "property", name: row.property.name, owner: row.property.owner }, row));
  return parts.length > 1 ? { kind: "and", parts } : (parts[0] ?? null);
}
