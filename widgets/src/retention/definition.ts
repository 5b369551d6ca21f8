// What a retention is, as behavio_jupyter/query/retention.py has it.

import type { Clauses } from "../shared/clauses";
import { eventsOf, type Events } from "../shared/events";
import type { Duration } from "../shared/fields";
import type { Question } from "../shared/question";

export interface Retention extends Clauses {
  kind: "retention";
  /** Null while nothing is chosen. */
  start: Events | null;
  returning: Events;
  per?: string | Duration;
  periods?: number;
  cohort?: string;
  alignment?: string;
  unbounded?: boolean;
  brackets?: [number, number][];
  include_start?: boolean;
}

export type Ask = Question<Retention>;
export const EMPTY: Retention = { kind: "retention", start: null, returning: eventsOf() };

/** Brackets as they are typed. */
export const bracketsText = (brackets: [number, number][]): string =>
  brackets.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");

/** Read brackets such as ``0, 1-3, 4-7``; null where they are none. */
export function bracketsOf(text: string): [number, number][] | null {
  const parts = text.split(",").map((part) => part.trim()).filter(Boolean);
  const found = parts.map((part) => /^(\d{1,4})(?:\s*[-–]\s*(\d{1,4}))?$/.exec(part));
  if (found.includes(null)) return null;
  return found.map((match) => [Number(match![1]), Number(match![2] ?? match![1])]);
}
