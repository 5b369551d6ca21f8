// Conditions on events, as rows of property, comparison and value.
//
// The nodes are those of behavio_jupyter/query/predicate.py. What rows cannot show is a line of
// text, which the kernel reads.

import { combobox } from "./combobox";
import { h, iconButton, icon } from "./elements";
import { line, propertyField, propertyValue, select } from "./fields";
import type { Property, Question } from "./question";

export type Node = { kind: string; [name: string]: any };
/** A condition, its text, or none. */
export type Condition = Node | string | null;

const OPERATORS: Record<Property["kind"], [string, string][]> = {
  text: [["=", "is"], ["!=", "is not"], ["like", "contains"], ["set", "is set"], ["null", "is not set"]],
  number: [
    ["=", "="], ["!=", "≠"], ["<", "<"], ["<=", "≤"], [">", ">"], [">=", "≥"],
    ["set", "is set"], ["null", "is not set"],
  ],
  boolean: [["=", "is"], ["set", "is set"], ["null", "is not set"]],
  time: [["<", "before"], [">=", "from"], ["set", "is set"], ["null", "is not set"]],
};

interface Row {
  property: Property | null;
  operator: string;
  value: any;
}

/** Make the rows of a condition. `path` is where it stands in the definition. */
export function conditions(
  question: Question<any>,
  path: string,
  label: string,
  condition: Condition,
  onchange: (condition: Condition, quiet?: boolean) => void,
): HTMLElement {
  const rows = rowsOf(question, condition);
  if (rows === null) {
    const text = typeof condition === "string" ? condition : question.part(path);
    return h(
      "div",
      { class: "bh-condition" },
      line(`${path}-text`, `${label} as text`, text, (typed) => onchange(typed.trim() || null)),
      iconButton("close", `Remove the ${label}`, () => onchange(null), {
        "data-key": `${path}-remove`,
      }),
    );
  }
  const changed = (place: number, next: Row | null, quiet = false) =>
    onchange(conditionOf(rows.flatMap((row, at) => (at === place ? (next ?? []) : row))), quiet);
  return h(
    "div",
    { class: "bh-conditions", role: "group", "aria-label": label },
    rows.map((row, place) => {
      const key = `${path}-${place}`;
      const name = `${label} ${place + 1}`;
      const property = row.property as Property;
      return h(
        "div",
        { class: "bh-condition" },
        propertyField(question, {
          key: `${key}-property`,
          label: `${name}: property`,
          value: propertyValue(property),
          onpick: async (picked) => changed(place, await started(question, picked)),
        }),
        select(`${key}-operator`, `${name}: comparison`, row.operator, OPERATORS[property.kind], (operator) =>
          changed(place, Object.assign(row, { operator })),
        ),
        ["set", "null"].includes(row.operator)
          ? null
          : valueField(question, key, name, row, (value, quiet) =>
              changed(place, Object.assign(row, { value }), quiet),
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
  onchange: (condition: Condition) => void,
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
      onpick: async (picked) =>
        onchange(conditionOf([...rows, await started(question, picked)])),
    }),
  );
}

/** Begin a row that holds for something: text is the most frequent value. */
async function started(question: Question<any>, property: Property): Promise<Row> {
  if (property.kind === "number") return { property, operator: ">", value: 0 };
  if (property.kind === "boolean") return { property, operator: "=", value: true };
  const [value] = property.kind === "text" ? await valuesOf(question, property) : [];
  return { property, operator: value === undefined ? "set" : "=", value: value ?? "" };
}

function valueField(
  question: Question<any>,
  key: string,
  name: string,
  row: Row,
  onpick: (value: any, quiet?: boolean) => void,
): HTMLElement {
  const property = row.property as Property;
  const label = `${name}: value`;
  if (property.kind === "boolean") {
    return select(`${key}-value`, label, String(row.value), [["true", "true"], ["false", "false"]], (value) =>
      onpick(value === "true"),
    );
  }
  if (property.kind === "number") {
    const input = h("input", {
      class: "bh-input bh-number",
      type: "number",
      step: "any",
      "data-key": `${key}-value`,
      "aria-label": label,
      value: row.value,
      oninput: () => Number.isFinite(input.valueAsNumber) && onpick(input.valueAsNumber, true),
    }) as HTMLInputElement;
    return input;
  }
  if (property.kind === "time") {
    return line(`${key}-value`, label, String(row.value), (value) => onpick(value), { type: "date" });
  }
  return combobox({
    key: `${key}-value`,
    label,
    value: String(row.value),
    free: true,
    options: async () =>
      (await valuesOf(question, property)).map((value: string) => ({ value })),
    onpick: (value) => onpick(value),
  });
}

const values = new WeakMap<Question<any>, Map<string, Promise<string[]>>>();

/** The values of a property, the most frequent first; asked of the kernel once. */
export function valuesOf(question: Question<any>, property: Property): Promise<string[]> {
  const known = values.get(question) ?? new Map<string, Promise<string[]>>();
  values.set(question, known);
  const key = propertyValue(property);
  const found =
    known.get(key) ??
    question
      .request("values", { name: property.name, owner: property.owner })
      .then((reply) => reply.values ?? []);
  known.set(key, found);
  return found;
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
  if (!property) return null;
  let row: Row | null = null;
  if (node.kind === "comparison" && node.right.kind === "constant") {
    row = { property, operator: node.operator, value: node.right.value };
  } else if (node.kind === "is_null") {
    row = { property, operator: node.negated ? "set" : "null", value: "" };
  } else if (node.kind === "like" && !node.negated && /^%[^%_]*%$/.test(node.pattern)) {
    row = { property, operator: "like", value: node.pattern.slice(1, -1) };
  }
  const fits = row && OPERATORS[property.kind].some(([operator]) => operator === row.operator);
  return fits ? row : null;
}

function conditionOf(rows: Row[]): Condition {
  const parts = rows.map(nodeOf);
  return parts.length > 1 ? { kind: "and", parts } : (parts[0] ?? null);
}

function nodeOf({ property, operator, value }: Row): Node {
  const { name, owner } = property as Property;
  const left = { kind: "property", name, owner };
  if (operator === "set" || operator === "null") {
    return { kind: "is_null", value: left, negated: operator === "set" };
  }
  if (operator === "like") {
    return { kind: "like", value: left, pattern: `%${value}%`, negated: false };
  }
  return { kind: "comparison", left, operator, right: { kind: "constant", value } };
}

