// What a segment is, as behavio_jupyter/query/segment.py has it, and its draft: groups and rows.

import type { Node } from "../shared/comparisons";
import { eventsOf, type Events } from "../shared/events";
import type { Duration } from "../shared/fields";
import type { Form, Question } from "../shared/question";

/** What holds of the conditions in a group. */
export type Mode = "all" | "any" | "none";

export interface Group {
  group: Mode;
  parts: Item[];
}

/** One condition; `not`: it must not hold. */
export interface Row {
  row: Node;
  not: boolean;
}

export type Item = Group | Row;

export interface Draft {
  root: Group;
  /** The reference time; null: the end of the log. */
  reference: string | null;
}

export type Ask = Question<Draft>;

/** What the fields of a row need. */
export interface Place {
  question: Ask;
  row: Row;
  /** Where the row stands in the draft; keys of its fields begin with it. */
  key: string;
  /** What the row is called for those who do not see it. */
  name: string;
  /** Where it stands in the definition. */
  path: string;
  edit(change: () => void, quiet?: boolean): void;
}

export const EMPTY: Draft = { root: { group: "all", parts: [] }, reference: null };

export const isGroup = (item: Item): item is Group => "group" in item;

/** Whether there is a condition in it: a group without one is left out. */
export const holdsAny = (item: Item): boolean => !isGroup(item) || item.parts.some(holdsAny);

/** What stands at a place of a draft, such as 0.2.0, by now. */
export function itemAt(draft: Draft, key: string): Item | undefined {
  const inner = (item: Item | undefined, place: string) => (item && isGroup(item) ? item.parts[Number(place)] : undefined);
  return key.split(".").slice(1).reduce(inner, draft.root as Item | undefined);
}

export const FORM: Form<Draft> = {
  read: ({ condition, reference }) => {
    const item = itemOf(structuredClone(condition));
    return { root: isGroup(item) ? item : { group: "all", parts: [item] }, reference: reference ?? null };
  },
  write: ({ root, reference }) => ({ kind: "segment", condition: conditionOf(root), reference }),
};

function itemOf(condition: Node): Item {
  if (condition.kind === "and") return { group: "all", parts: condition.parts.map(itemOf) };
  if (condition.kind === "or") return { group: "any", parts: condition.parts.map(itemOf) };
  if (condition.kind !== "not") return { row: condition, not: false };
  const { part } = condition;
  if (part.kind === "or") return { group: "none", parts: part.parts.map(itemOf) };
  // These say "not" in their own words.
  if (part.kind === "did" || part.kind === "in_segment") return { row: part, not: true };
  return { group: "none", parts: [itemOf(part)] };
}

function conditionOf(item: Item): Node {
  if (!isGroup(item)) return item.not ? { kind: "not", part: item.row } : item.row;
  const parts = item.parts.filter(holdsAny).map(conditionOf);
  if (item.group !== "none") return parts.length > 1 ? { kind: item.group === "all" ? "and" : "or", parts } : parts[0];
  return { kind: "not", part: parts.length > 1 ? { kind: "or", parts } : parts[0] };
}

/** Where each condition of a draft stands in the definition that is written of it. */
export function paths(draft: Draft): Map<Item, string> {
  const found = new Map<Item, string>();
  const place = (item: Item, path: string): void => {
    found.set(item, path);
    if (!isGroup(item)) return;
    const inner = item.group === "none" ? `${path}.part` : path;
    const parts = item.parts.filter(holdsAny);
    parts.forEach((part, at) => place(part, parts.length > 1 ? `${inner}.parts.${at}` : inner));
  };
  if (holdsAny(draft.root)) place(draft.root, "condition");
  return found;
}

const WEEK: Duration = { amount: 7, unit: "d" };
const MONTH: Duration = { amount: 30, unit: "d" };

export const did = (name: string): Node => ({ kind: "did", events: eventsOf(name), window: null });
export const step = (name: string): Node => ({ kind: "step", events: eventsOf(name), optional: false });
export const inLast = (duration: Duration = MONTH): Node => ({ kind: "in_last", duration });
export const firstOf = (property: string): Node => ({ kind: "first_last", which: "first", property, events: null });
export const ofUser = (name: string): Node => ({ kind: "property", name, owner: "user" });
export const inSegment = (name: string): Node => ({ kind: "in_segment", name });

/** Conditions on when users came and in which order, each with what it begins with. */
export const SPECIAL: Record<string, { label: string; begun: (events: string[]) => Node }> = {
  seen: {
    label: "first or last seen",
    begun: () => ({ kind: "seen", which: "first", operator: ">=", at: { ...MONTH } }),
  },
  inactive: { label: "not active for some time", begun: () => ({ kind: "inactive", duration: { ...MONTH } }) },
  sequence: {
    label: "one event, then another",
    begun: ([first, second]) => ({ kind: "sequence", steps: [step(first), step(second ?? first)], within: { ...WEEK } }),
  },
  then_not: {
    label: "one event, then not another",
    begun: ([first, second]) => ({
      kind: "then_not", first: eventsOf(first), absent: eventsOf(second ?? first), within: { ...WEEK },
    }),
  },
};

/** Make a condition on how often of one on whether, and the other way round. */
export function counted(row: Node, operator: string | null): Node {
  const { events, window } = row;
  if (operator === null) return { kind: "did", events, window };
  const same = row.kind === "measured" && row.property === null;
  const { function: of, value } = same ? row : { function: "count", value: 3 };
  return { kind: "measured", function: of, events, property: null, operator, value, window };
}

/** Make a condition on a number that is made of a property. */
export function measured(row: Node, of: string, property: string): Node {
  const { events, window } = row;
  const isOne = row.kind === "measured" && row.property !== null;
  const { operator, value } = isOne ? row : { operator: ">", value: 0 };
  return { kind: "measured", function: of, events, property, operator, value, window };
}

/** The events a condition is about, for its title. */
export const rowEvents = (row: Node): Events | null => row.events ?? row.first ?? row.steps?.[0].events ?? null;
