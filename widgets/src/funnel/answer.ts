// The answer of a funnel: bars with intervals and what drops off, times to convert, a trend.

import { histogram, legend, lines, type Line } from "../shared/charts";
import { colours } from "../shared/colours";
import { h, type Child } from "../shared/elements";
import type { Frame } from "../shared/frame";
import { periodNames } from "../shared/lines";
import { showPeople } from "../shared/people";
import type { Question } from "../shared/question";
import { duration, interval, MISSING, number, ofGroup, percent, plural, points } from "../shared/words";

type Maybe = number | null;

interface Group {
  pick: Record<string, string>;
  count: number[];
  from_start: Maybe[];
  from_start_low: Maybe[];
  from_start_high: Maybe[];
  from_previous: Maybe[];
  median_seconds: Maybe[];
  whole: { count: number; p25: Maybe; median: Maybe; p75: Maybe; p90: Maybe };
  histogram: number[];
}

interface Period {
  key: string[];
  period: string[];
  entered: number[];
  count: number[];
  from_start: Maybe[];
  from_start_low: Maybe[];
  from_start_high: Maybe[];
  complete: boolean[];
}

export interface Answer {
  title: string;
  subtitle: string;
  rule: string;
  nothing: string;
  unit: string;
  names: string[];
  optional: boolean[];
  previous: number[];
  group_names: string[];
  groups: Group[];
  window: number;
  comparison: Record<string, any>[];
  over_time: Period[] | null;
}

const SHOWN = 12;
const LINES = 8;

/** Draw an answer. */
export function answered(question: Question<any>, around: Frame, answer: Answer): Child[] {
  const head = [
    h("h3", { class: "bh-title" }, answer.title),
    h("p", { class: "bh-quiet" }, answer.subtitle),
  ];
  if (answer.nothing) return [...head, h("p", { class: "bh-advice" }, answer.nothing)];
  const shown = answer.groups.slice(0, SHOWN);
  const names = shown.map((group) => nameOf(answer, group));
  const paint = colours(names);
  const several = shown.length > 1 || answer.group_names.length > 0;
  const left = answer.groups.length - shown.length;
  return [
    ...head,
    several ? legend(names, paint) : null,
    bars(question, around, answer, shown, names, paint),
    left > 0 ? h("p", { class: "bh-quiet" }, `${left} more groups are in the result's table`) : null,
    answer.over_time ? trend(question, around, answer, answer.over_time) : null,
    times(answer, shown, names, paint),
    answer.comparison.length ? comparison(answer, names[0]) : null,
    h("p", { class: "bh-rule" }, answer.rule),
  ];
}

const nameOf = (answer: Answer, group: Group) =>
  answer.group_names.map((name) => group.pick[name]).join(" · ");

function bars(
  question: Question<any>,
  around: Frame,
  answer: Answer,
  groups: Group[],
  names: string[],
  paint: string[],
): HTMLElement {
  const columns: [string, string][] = [
    ["", "bh-bar-head"], [`${answer.unit}s`, "bh-figure"], ["of step 1", "bh-figure"],
    ["of previous", "bh-figure bh-wide"], ["median time", "bh-figure bh-wide"],
  ];
  return h(
    "table",
    { class: "bh-funnel" },
    h("caption", { class: "bh-unseen" }, `${answer.title}: how many reach each step`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "step"),
      columns.map(([words, kind]) => h("th", { scope: "col", class: kind }, words || h("span", { class: "bh-unseen" }, "share"))))),
    answer.names.map((step, place) =>
      h(
        "tbody",
        {},
        groups.map((group, which) =>
          h(
            "tr",
            {},
            which === 0
              ? h("th", { scope: "rowgroup", rowspan: groups.length, class: "bh-step-name" },
                  h("span", {}, h("b", { class: "bh-badge" }, place + 1),
                    h("span", {}, step, answer.optional[place] ? h("small", {}, " optional") : null)))
              : null,
            h("td", { class: "bh-bar-cell" }, bar(question, around, answer, group, names[which], paint[which], place)),
            h("td", { class: "bh-figure" }, h("b", {}, number(group.count[place]))),
            h("td", { class: "bh-figure", title: `95 %: ${interval(group.from_start_low[place], group.from_start_high[place])}` },
              percent(group.from_start[place])),
            h("td", { class: "bh-figure bh-wide" }, place ? percent(group.from_previous[place]) : ""),
            h("td", { class: "bh-figure bh-wide" }, place ? duration(group.median_seconds[place]) : ""),
          ),
        ),
      ),
    ),
  );
}

function bar(
  question: Question<any>,
  around: Frame,
  answer: Answer,
  group: Group,
  name: string,
  colour: string,
  place: number,
): HTMLElement {
  const share = group.from_start[place] ?? 0;
  const previous = answer.previous[place];
  const before = group.from_start[previous] ?? 0;
  const lost = group.count[previous] - group.count[place];
  const step = answer.names[place];
  const from = ofGroup(name);
  const people = (count: number) => plural(count, answer.unit);
  const low = group.from_start_low[place];
  const high = group.from_start_high[place];
  const reached = `${people(group.count[place])} reached ${step}${from}: ${percent(share)} of step 1` +
    (place ? `, 95 % interval ${interval(low, high)}` : "");
  const dropped = `${people(lost)} got to ${answer.names[previous]} and not to ${step}${from}`;
  const show = (pick: Record<string, unknown>, title: string) =>
    void showPeople(
      question,
      around,
      around.answer.querySelector(".bh-funnel")!,
      { ...group.pick, ...pick },
      title,
    );
  const at = (from: number, to: number) => `left:${100 * from}%;width:${100 * Math.max(0, to - from)}%`;
  return h(
    "div",
    { class: "bh-track", style: `--bh-paint:${colour}` },
    h("button", {
      type: "button",
      class: "bh-reached",
      "data-key": `bar-${place}-${name}`,
      style: at(0, share),
      "aria-label": `${reached}. Show them.`,
      title: reached,
      onclick: () => show({ step: place + 1 }, `Reached ${place + 1}. ${step}${from}`),
    }),
    place && lost > 0 && !answer.optional[place]
      ? h("button", {
          type: "button",
          class: "bh-dropped",
          "data-key": `drop-${place}-${name}`,
          style: at(share, before),
          "aria-label": `${dropped}. Show them.`,
          title: dropped,
          onclick: () => show({ step: previous + 1, dropped: true }, `Stopped at ${previous + 1}. ${answer.names[previous]}${from}`),
        })
      : null,
    place && low !== null && high !== null
      ? h("span", { class: "bh-whisker", "aria-hidden": "true", style: at(low, high) })
      : null,
  );
}

function times(answer: Answer, groups: Group[], names: string[], paint: string[]): HTMLElement | null {
  if (groups.every((group) => group.whole.count === 0)) return null;
  return h(
    "details",
    { class: "bh-part", open: groups.length === 1 },
    h("summary", {}, "Time to convert"),
    groups.map((group, which) =>
      h(
        "div",
        { class: "bh-times" },
        names[which] ? h("strong", {}, names[which]) : null,
        h(
          "dl",
          { class: "bh-facts" },
          ([["a quarter within", group.whole.p25], ["median", group.whole.median],
            ["three quarters within", group.whole.p75], ["90 % within", group.whole.p90]] as [string, Maybe][])
            .map(([words, seconds]) => h("div", {}, h("dt", {}, words), h("dd", {}, duration(seconds)))),
        ),
        histogram(group.histogram, answer.window, paint[which], answer.unit),
      ),
    ),
  );
}

function trend(question: Question<any>, around: Frame, answer: Answer, all: Period[]): HTMLElement {
  const shown = all.slice(0, LINES);
  const names = shown.map(({ key }) => key.join(" · "));
  const paint = colours(names);
  const last = answer.names[answer.names.length - 1];
  const drawn = shown.map((one, place): Line => ({
    name: names[place],
    colour: paint[place],
    period: one.period,
    value: one.from_start,
    low: one.from_start_low,
    high: one.from_start_high,
    complete: one.complete,
    note: one.count.map((count, at) => `${number(count)} of ${plural(one.entered[at], answer.unit)}`),
  }));
  const made: HTMLElement = h(
    "div",
    { role: "group", class: "bh-part", "aria-label": "Over time" },
    h("h4", {}, `Reached ${last}, by the time of step 1`),
    names.length > 1 ? legend(names, paint) : null,
    lines(
      drawn,
      `Share that reached ${last}, by the time of step 1`,
      {
        onpick: (line, at) => {
          const { key } = shown[drawn.indexOf(line)];
          const group = Object.fromEntries(answer.group_names.map((name, place) => [name, key[place]]));
          const when = periodNames(line.period).long[at];
          const title = [`Reached ${answer.names.length}. ${last}`, line.name, when].filter(Boolean).join(", ");
          void showPeople(question, around, made, { ...group, period: line.period[at] }, title);
        },
      },
    ),
    all.length > LINES ? h("p", { class: "bh-quiet" }, `${all.length - LINES} more groups are in the result's table`) : null,
  );
  return made;
}

function comparison(answer: Answer, first: string): HTMLElement {
  const adjusted = "p_adjusted" in answer.comparison[0];
  const p = (value: Maybe) => (value === null ? MISSING : value < 0.001 ? "< 0.001" : value.toFixed(3));
  return h(
    "details",
    { class: "bh-part", open: true },
    h("summary", {}, `Conversion compared with ${first}`),
    h(
      "table",
      { class: "bh-table" },
      h("thead", {}, h("tr", {}, ["", "difference", "95 % interval", adjusted ? "p (Holm-adjusted)" : "p"].map((words) =>
        h("th", { scope: "col" }, words)))),
      h("tbody", {}, answer.comparison.map((row) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, answer.group_names.map((name) => row[name]).join(" · ")),
          h("td", {}, points(row.difference)),
          h("td", {}, row.low === null ? MISSING : `${points(row.low)} to ${points(row.high)}`),
          h("td", {}, p(adjusted ? row.p_adjusted : row.p_value)),
        ))),
    ),
  );
}
