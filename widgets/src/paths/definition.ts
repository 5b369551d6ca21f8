// What paths are, as behavio_jupyter/query/paths.py has it, and what a click on a node makes of it.

import type { Clauses, Sessions } from "../shared/clauses";
import { eventsOf, type Events } from "../shared/events";
import type { Question } from "../shared/question";

export interface Rename {
  kind: "rename";
  events: Events;
  name: string;
}

export interface Paths extends Clauses {
  kind: "paths";
  from_?: Events | null;
  to?: Events | null;
  steps?: number;
  top?: number;
  hide?: Events[];
  only?: Events[];
  rename?: Rename[];
  collapse?: boolean;
  sessions?: Sessions;
  counting?: string;
}

export type Ask = Question<Paths>;

/** Nothing is asked: a question, even one about all sessions, says something. */
export const EMPTY: Paths = { kind: "paths" };
export const isAsked = (draft: Paths): boolean => Object.keys(draft).length > 1;

export const STEPS = 6;
export const TOP = 8;
export const OTHER = "(other)";
export const EXIT = "(exit)";
/** The most steps that can be asked for. */
export const MOST_STEPS = 100;

/** Whether paths are followed back from their end. */
export const isBackward = (draft: Paths): boolean => Boolean(draft.to && !draft.from_);

export function startAt(draft: Paths, name: string): void {
  draft.from_ = eventsOf(name);
  if (isOnly(draft.to, name)) draft.to = null;
}

export function endAt(draft: Paths, name: string): void {
  draft.to = eventsOf(name);
  if (isOnly(draft.from_, name)) draft.from_ = null;
}

/** Whether some events are those of one name. */
export const isOnly = (events: Events | null | undefined, name: string): boolean =>
  Boolean(events && events.names.length === 1 && events.names[0] === name && !events.where);

/** Hide a node: what is renamed to it goes by its own names, and before that. */
export function hide(draft: Paths, name: string, isEvent: boolean): void {
  const renamed = (draft.rename ?? []).filter((rule) => rule.name === name).map(({ events }) => events);
  const known = new Set((draft.hide ?? []).map((one) => JSON.stringify(one)));
  const more = [...renamed, ...(isEvent ? [eventsOf(name)] : [])];
  draft.hide = [...(draft.hide ?? []), ...more.filter((one) => !known.has(JSON.stringify(one)))];
}

/** Show the events apart that are shown as one node. */
export function splitUp(draft: Paths, name: string): void {
  draft.rename = (draft.rename ?? []).filter((rule) => rule.name !== name);
}
