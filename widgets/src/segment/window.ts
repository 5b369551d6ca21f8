// When the events of a condition have to be: at any time, in the last days, between days, after a first event.

import { conditionAdder, conditions } from "../shared/conditions";
import { h, type Child } from "../shared/elements";
import { eventFields, eventsOf } from "../shared/events";
import { day, line, select, span } from "../shared/fields";
import { inLast, type Place } from "./definition";

const KINDS: [string, string][] = [
  ["", "at any time"], ["in_last", "in the last"], ["between_dates", "between"],
  ["within_of_first", "within … of the first"],
];

/** Make the fields of a condition's window. */
export function windowFields(place: Place): Child[] {
  const { question, row: item, key, name, edit } = place;
  const { row } = item;
  const { window } = row;
  const kind = window?.kind ?? "";
  const turn = (picked: string) =>
    edit(() => {
      const begun: Record<string, unknown> = {
        in_last: inLast(),
        between_dates: { kind: "between_dates", range: { start: today(), end: today() } },
        within_of_first: {
          kind: "within_of_first",
          duration: { amount: 7, unit: "d" },
          anchor: eventsOf(question.events[0]?.[0] ?? ""),
        },
      };
      row.window = begun[picked] ?? null;
    });
  const chosen = select(`${key}-window`, `${name}: when`, kind, KINDS, turn);
  const lasting = () =>
    span(`${key}-window-span`, `${name}: how long`, window.duration, (duration, quiet) =>
      edit(() => (window.duration = duration), quiet));
  if (kind === "in_last") return [chosen, lasting()];
  if (kind === "between_dates") {
    const { range } = window;
    return [
      chosen,
      moment(`${key}-window-start`, `${name}: first day`, range.start, (start, quiet) => edit(() => (range.start = start), quiet)),
      h("span", { class: "bh-word" }, "and"),
      moment(`${key}-window-end`, `${name}: last day`, range.end, (end, quiet) => edit(() => (range.end = end), quiet)),
    ];
  }
  if (kind === "within_of_first") {
    const { anchor } = window;
    const at = `${place.path}${item.not ? ".part" : ""}.window.anchor.where`;
    return [
      chosen,
      h("span", { class: "bh-events" }, eventFields(question, anchor, `${key}-anchor`, `${name}: first`, (change) => edit(() => change(anchor)))),
      h("span", { class: "bh-word" }, "in"),
      lasting(),
      anchor.where
        ? h(
            "div",
            { class: "bh-filters" },
            conditions(question, at, `filter of the first event of ${name}`, anchor.where, (next, quiet) => edit(() => (anchor.where = next(anchor.where)), quiet)),
            conditionAdder(question, at, "filter", anchor.where, (next) => edit(() => (anchor.where = next(anchor.where)))),
          )
        : null,
    ];
  }
  return [chosen];
}

export const today = () => new Date().toISOString().slice(0, 10);

/** A day; a time of day where there is one already. */
export function moment(
  key: string,
  label: string,
  value: string,
  onpick: (value: string, quiet?: boolean) => void,
): HTMLElement {
  if (value.length > 10) return line(key, label, value, (typed) => typed && onpick(typed));
  return day(key, label, value, (typed) => typed && onpick(typed, true));
}
