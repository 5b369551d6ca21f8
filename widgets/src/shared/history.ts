// One user's events: by day and session, with the time between them.

import { PALETTE } from "./colours";
import { h, svg, type Child } from "./elements";
import { duration, number, plural } from "./words";

export interface Happened {
  /** What the log's clock shows, as `2026-01-05 09:12:00`. */
  time: string;
  /** Seconds since 1970. */
  at: number;
  event: string;
  session: number;
  properties: [string, string][];
}

export interface History {
  user: string;
  total: number;
  sessions: number;
  first: string;
  last: string;
  /** Name, number, and place among the kinds of the log, which its sign goes by. */
  kinds: [string, number, number][];
  profile: [string, string][];
  matching: number;
  begin: number;
  events: Happened[];
}

const SHAPES = [
  "M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12z",
  "M3 3h10v10H3z",
  "M8 1.5 14.5 8 8 14.5 1.5 8z",
  "M8 2 14.5 13.5h-13z",
  "M8 14 1.5 2.5h13z",
  "M6 2h4v4h4v4h-4v4H6v-4H2V6h4z",
  "M8 1.5 14 6l-2.3 7.5H4.3L2 6z",
];

/** The sign of a kind of event: a shape and a colour, so that no eye needs the colour alone. */
export function mark(place: number): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 16 16", class: "bh-mark", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: SHAPES[place % SHAPES.length], fill: PALETTE[place % PALETTE.length] }),
  );
}

/** What is known of a user, in words and numbers. */
export function facts(history: History): HTMLElement {
  const pairs: [string, string][] = [
    ["events", number(history.total)],
    ["sessions", number(history.sessions)],
    ["first seen", history.first],
    ["last seen", history.last],
    ...history.profile,
  ];
  return h(
    "dl",
    { class: "bh-facts" },
    pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/** Events in order, under their days and sessions. */
export function happenings(events: Happened[], kinds: History["kinds"]): Child[] {
  const signs = new Map(kinds.map(([kind, , place]) => [kind, place]));
  const parts: HTMLElement[] = [];
  let day: HTMLElement | undefined;
  let list: HTMLElement | undefined;
  events.forEach((one, place) => {
    const before: Happened | undefined = events[place - 1];
    const goesOn = before?.session === one.session;
    const isNewDay = before?.time.slice(0, 10) !== one.time.slice(0, 10);
    const later = before && !goesOn ? h("p", { class: "bh-later" }, `${duration(one.at - before.at)} later`) : null;
    if (!day || isNewDay) {
      if (later) parts.push(later);
      const name = weekday(one.time.slice(0, 10));
      day = h("div", { role: "group", class: "bh-day", "aria-label": name }, h("h4", {}, name));
      parts.push(day);
    } else if (later) day.append(later);
    if (!list || isNewDay || !goesOn) {
      const of = events.filter((other) => other.session === one.session);
      const lasted = of[of.length - 1].at - of[0].at;
      const words = goesOn
        ? `session ${number(one.session)} goes on`
        : `session ${number(one.session)} · ${plural(of.length, "event")}${lasted ? ` in ${duration(lasted)}` : ""}`;
      list = h("ol", { class: "bh-happened", "aria-label": words });
      day.append(h("p", { class: "bh-session" }, words), list);
    }
    list.append(row(one, before && goesOn ? one.at - before.at : 0, signs.get(one.event) ?? 0));
  });
  return parts;
}

function row(one: Happened, gap: number, sign: number): HTMLElement {
  const preview = one.properties.map(([name, value]) => `${name} ${value}`).join(" · ");
  return h(
    "li",
    {},
    h("time", { datetime: one.time.replace(" ", "T"), title: one.time }, one.time.slice(11, 19)),
    mark(sign),
    h("span", { class: "bh-event" }, one.event),
    h("span", { class: "bh-gap", title: "after the event before" }, gap >= 1 ? `+${duration(gap)}` : ""),
    one.properties.length
      ? h(
          "details",
          {},
          h("summary", { "aria-label": `Properties of ${one.event}: ${preview}` }, h("span", {}, preview)),
          h("dl", {}, one.properties.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
        )
      : null,
  );
}

function weekday(day: string): string {
  const name = new Date(`${day}T12:00:00Z`).toLocaleDateString("en-GB", { weekday: "short", timeZone: "UTC" });
  return `${name} ${day}`;
}
