// What a funnel is, as behavio_jupyter/query/funnel.py has it.

import type { Clauses, Sessions } from "../shared/clauses";
import { eventsName, eventsOf, type Events } from "../shared/events";
import type { Duration } from "../shared/fields";
import type { Question } from "../shared/question";

export interface Step {
  kind: "step";
  events: Events;
  optional: boolean;
  label: string | null;
}

export interface Exclusion {
  kind: "exclusion";
  events: Events;
  after: number;
  before: number | null;
}

export interface Funnel extends Clauses {
  kind: "funnel";
  steps: Step[];
  within?: Duration;
  order?: string;
  counting?: string;
  sessions?: Sessions;
  same?: string | null;
  exclusions?: Exclusion[];
  attribution?: string | number;
  per?: string | null;
}

export type Ask = Question<Funnel>;
export const EMPTY: Funnel = { kind: "funnel", steps: [] };

export const stepOf = (name: string): Step => ({ kind: "step", events: eventsOf(name), optional: false, label: null });
export const stepName = (step: Step): string => step.label ?? eventsName(step.events);

/** Take a step away, and what names it; what names later ones goes on to name them. */
export function removeStep(draft: Funnel, place: number): void {
  const gone = place + 1;
  const renumbered = (number: number) => (number > gone ? number - 1 : number);
  draft.steps.splice(place, 1);
  draft.exclusions = (draft.exclusions ?? [])
    // Whatever is first is where exclusions begin that begin at the first step.
    .filter(({ after, before }) => before !== gone && (after !== gone || after === 1))
    .map((one) => ({ ...one, after: renumbered(one.after), before: one.before && renumbered(one.before) }));
  if (draft.attribution === gone) draft.attribution = "first";
  if (typeof draft.attribution === "number") draft.attribution = renumbered(draft.attribution);
  fit(draft);
}

/** Take away what has no meaning for the steps there are now. */
export function fit(draft: Funnel): void {
  const last = draft.steps.length;
  draft.steps.forEach((step, place) => {
    if (place === 0 || place === last - 1) step.optional = false;
  });
  draft.exclusions = (draft.exclusions ?? []).filter(
    ({ after, before }) => after < (before ?? last) && (before ?? last) <= last,
  );
  if (typeof draft.attribution === "number" && draft.attribution > last) draft.attribution = "first";
}
