// A value compared with constants: which comparisons there are, and the fields for them.
//
// The nodes are those of behavio_jupyter/query/predicate.py.

import { combobox } from "./combobox";
import { h } from "./elements";
import { chip, day, propertyValue, real, select } from "./fields";
import type { Property, Question } from "./question";

export type Node = { kind: string; [name: string]: any };

/** What is said of a value: `value` is a list for "in", two ends for "between". */
export interface Comparison {
  operator: string;
  value: any;
}

const NULLS: [string, string][] = [["set", "is set"], ["null", "is not set"]];
const LISTS: [string, string][] = [["in", "is any of"], ["not in", "is none of"]];
const OPERATORS: Record<Property["kind"], [string, string][]> = {
  text: [["=", "is"], ["!=", "is not"], ...LISTS, ["like", "contains"], ...NULLS],
  number: [
    ["=", "="], ["!=", "≠"], ["<", "<"], ["<=", "≤"], [">", ">"], [">=", "≥"],
    ["between", "between"], ...LISTS, ...NULLS,
  ],
  boolean: [["=", "is"], ["!=", "is not"], ...NULLS],
  // A date is its midnight: "until" and "after" a day would not mean what they say.
  time: [["<", "before"], [">=", "from"], ...NULLS],
};
const FITS: Record<Property["kind"], (value: any) => boolean> = {
  text: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  time: (value) => /^\d{4}-\d\d-\d\d$/.test(value),
};
const isList = (operator: string) => operator === "in" || operator === "not in";
const isNull = (operator: string) => operator === "set" || operator === "null";

/** Read what a node says of its value; null where the fields cannot show it. */
export function comparisonOf(node: Node, kind: Property["kind"]): Comparison | null {
  const found = read(node);
  if (!found || !OPERATORS[kind].some(([operator]) => operator === found.operator)) return null;
  const values = isNull(found.operator) ? [] : [found.value].flat();
  return values.every(FITS[kind]) ? found : null;
}

function read(node: Node): Comparison | null {
  if (node.kind === "comparison" && node.right.kind === "constant") {
    return { operator: node.operator, value: node.right.value };
  }
  if (node.kind === "in") return { operator: node.negated ? "not in" : "in", value: [...node.options] };
  if (node.kind === "is_null") return { operator: node.negated ? "set" : "null", value: "" };
  if (node.kind === "like" && !node.negated && /^%([^\\%_]|\\[\\%_])*%$/.test(node.pattern)) {
    return { operator: "like", value: node.pattern.slice(1, -1).replace(/\\(.)/g, "$1") };
  }
  const ends = [node.low, node.high];
  if (node.kind === "between" && !node.negated && ends.every((end) => end.kind === "constant")) {
    return { operator: "between", value: ends.map((end) => end.value) };
  }
  return null;
}

/** Make the node that says it of a value. */
export function nodeOf(left: Node, { operator, value }: Comparison): Node {
  const constant = (one: any) => ({ kind: "constant", value: one });
  if (isNull(operator)) return { kind: "is_null", value: left, negated: operator === "set" };
  if (isList(operator)) return { kind: "in", value: left, options: value, negated: operator === "not in" };
  if (operator === "like") return { kind: "like", value: left, pattern: `%${value.replace(/[\\%_]/g, "\\$&")}%`, negated: false };
  if (operator === "between") {
    return { kind: "between", value: left, low: constant(value[0]), high: constant(value[1]), negated: false };
  }
  return { kind: "comparison", left, operator, right: constant(value) };
}

/** Begin with what holds for something: text is the most frequent value. */
export async function begun(question: Question<any>, property: Property): Promise<Comparison> {
  if (property.kind === "number") return { operator: ">", value: 0 };
  if (property.kind === "boolean") return { operator: "=", value: true };
  const [value] = property.kind === "text" ? await valuesOf(question, property) : [];
  return { operator: value === undefined ? "set" : "=", value: value ?? "" };
}

/**
 * Go on once values have come, where the draft is still the one that is shown. What was undone, or
 * asked otherwise by Python or on another page, is drawn anew as it is then: a change that was
 * meant for the one before would be a change of what nobody looked at.
 */
export async function forDraft<T>(question: Question<any>, coming: Promise<T>, then: (come: T) => void): Promise<void> {
  const { draft } = question;
  const come = await coming;
  if (question.draft === draft) then(come);
}

/** Make the fields for a comparison and what a value is compared with. */
export function comparisonFields(
  question: Question<any>,
  key: string,
  name: string,
  property: Property,
  now: Comparison,
  onpick: (next: Comparison, quiet?: boolean) => void,
): (HTMLElement | null)[] {
  const pick = (value: any, quiet = false) => {
    now.value = value;
    onpick({ ...now }, quiet);
  };
  return [
    select(`${key}-operator`, `${name}: comparison`, now.operator, OPERATORS[property.kind], (operator) =>
      forDraft(question, fitting(question, property, now, operator), (value) => onpick({ operator, value })),
    ),
    isNull(now.operator) ? null : valueFields(question, key, `${name}: value`, property, now, pick),
  ];
}

/** What is compared with, where the comparison becomes another. */
async function fitting(question: Question<any>, property: Property, now: Comparison, operator: string): Promise<any> {
  const kept = [now.value].flat().filter(FITS[property.kind]);
  const first = kept[0] ?? (await beginning(question, property));
  if (isNull(operator)) return "";
  if (isList(operator)) return kept.length ? kept : [first];
  return operator === "between" ? [first, kept[1] ?? first] : first;
}

async function beginning(question: Question<any>, property: Property): Promise<any> {
  if (property.kind === "time") return new Date().toISOString().slice(0, 10);
  const { value } = await begun(question, property);
  return value;
}

function valueFields(
  question: Question<any>,
  key: string,
  label: string,
  property: Property,
  { operator, value }: Comparison,
  onpick: (value: any, quiet?: boolean) => void,
): HTMLElement {
  const one = (at: string, name: string, shown: any, pick: (value: any, quiet?: boolean) => void) =>
    valueField(question, `${key}-value${at}`, name, property, shown, pick);
  if (isList(operator)) {
    const wider: HTMLElement = combobox({
      key: `${key}-value`,
      label,
      value: "",
      placeholder: "or …",
      free: true,
      options: async () =>
        (await valuesOf(question, property)).filter((one) => !value.map(String).includes(one)).map((one) => ({ value: one })),
      onpick: (typed) => {
        const found = property.kind === "number" ? Number(typed) : typed;
        const isNew = String(typed).trim() !== "" && FITS[property.kind](found) && found === found && !value.includes(found);
        if (isNew) onpick([...value, found]);
      },
    });
    const chips = value.map((one: any, place: number) =>
      value.length > 1
        ? chip(`${key}-value-${place}`, String(one), () => onpick(value.filter((other: any) => other !== one)))
        : h("span", { class: "bh-chip bh-chip-last" }, h("span", { class: "bh-chip-text" }, String(one))),
    );
    return h("span", { class: "bh-values" }, chips, wider);
  }
  if (operator === "between") {
    return h(
      "span",
      { class: "bh-values" },
      one("-low", `${label}, from`, value[0], (low, quiet) => onpick([low, value[1]], quiet)),
      "and",
      one("-high", `${label}, to`, value[1], (high, quiet) => onpick([value[0], high], quiet)),
    );
  }
  return one("", label, value, onpick);
}

function valueField(
  question: Question<any>,
  key: string,
  label: string,
  property: Property,
  value: any,
  onpick: (value: any, quiet?: boolean) => void,
): HTMLElement {
  if (property.kind === "boolean") {
    return select(key, label, String(value), [["true", "true"], ["false", "false"]], (picked) =>
      onpick(picked === "true"),
    );
  }
  if (property.kind === "number") return real(key, label, value, (typed) => onpick(typed, true));
  if (property.kind === "time") {
    return day(key, label, String(value), (typed) => typed && onpick(typed, true));
  }
  return combobox({
    key,
    label,
    value: String(value),
    free: true,
    options: async () => (await valuesOf(question, property)).map((one) => ({ value: one })),
    onpick: (picked) => onpick(picked),
  });
}

const values = new WeakMap<Question<any>, { of: number; known: Map<string, Promise<string[]>> }>();

/** The values of a property, the most frequent first; asked of the kernel once, until the log's events are others. */
export function valuesOf(question: Question<any>, property: Property): Promise<string[]> {
  const of: number = question.model.get("changed");
  const before = values.get(question);
  const known = before?.of === of ? before.known : new Map<string, Promise<string[]>>();
  values.set(question, { of, known });
  const key = propertyValue(property);
  const found =
    known.get(key) ??
    question
      .request("values", { name: property.name, owner: property.owner }, key, () => known.delete(key))
      .then((reply) => {
        if (reply.error) known.delete(key);
        return reply.values ?? [];
      });
  known.set(key, found);
  return found;
}
