// The answer of trends: lines, those of one unit together, and a table of what changed.

import { legend, lines, type Line } from "../shared/charts";
import { colours } from "../shared/colours";
import { h, replace, type Child } from "../shared/elements";
import { select } from "../shared/fields";
import type { Frame } from "../shared/frame";
import { compact, periodNames } from "../shared/lines";
import { showPeople } from "../shared/people";
import { decimalsOf, isZero, MISSING, number, percent } from "../shared/words";
import { rowsFrom, shownNames, type Ask } from "./definition";

type Maybe = number | null;

interface Group {
  pick: Record<string, string>;
  value: Maybe[];
  change: Maybe[];
  relative: Maybe[];
  before?: { period: (string | null)[]; value: Maybe[]; change: Maybe[]; relative: Maybe[] };
}

interface Counted {
  title: string;
  /** What the row of it was called when it was asked; null: it was set in Python. */
  name: string | null;
  expression: unknown;
  unit: string;
  rule: string;
  nothing: string;
  groups: Group[];
}

export interface Answer {
  view: "trend";
  subtitle: string;
  per: string;
  group_names: string[];
  periods: string[];
  complete: boolean[];
  before: string;
  lines: Counted[];
}

/** A line of the chart: one group of one row. */
interface Drawn {
  which: number;
  group: Group;
  name: string;
  said: string;
}

const SHOWN = 8;
const ROWS = 400;

/** What a person chose to look at in one view, which is no part of what is asked. */
const looks = new WeakMap<Frame, { off: Set<string>; table: string }>();

/** Draw the lines of all rows. */
export function trends(question: Ask, around: Frame, answer: Answer): Child[] {
  const look = looks.get(around) ?? { off: new Set(), table: "" };
  looks.set(around, look);
  const several = answer.lines.length > 1;
  // Never those of the draft: its rows may have changed, and these numbers are of the rows before.
  const known = shownNames(rowsFrom(answer.lines.map(({ expression }) => expression)));
  const titles = answer.lines.map(({ title, name }, place) => (several ? (name ?? known[place]) : title));
  const head = [
    h("h3", { class: "bh-title" }, `${several ? `${answer.lines.length} series` : titles[0]} per ${answer.per}`),
    h("p", { class: "bh-quiet" }, answer.subtitle),
  ];
  if (answer.lines.every(({ nothing }) => nothing)) {
    return [...head, h("p", { class: "bh-advice" }, answer.lines[0].nothing)];
  }
  const grouped = answer.group_names.length > 0;
  const keyOf = (group: Group) => answer.group_names.map((name) => group.pick[name]).join(" · ");
  const all: Drawn[] = answer.lines.flatMap((line, which) =>
    line.groups.slice(0, SHOWN).map((group) => ({
      which, group,
      name: grouped ? keyOf(group) : titles[which],
      said: [...(several ? [titles[which]] : []), ...(grouped ? [keyOf(group)] : [])].join(", "),
    })));
  const names = [...new Set(all.map(({ name }) => name))];
  const paint = new Map(colours(names).map((colour, place) => [names[place], colour]));
  const left = Math.max(...answer.lines.map(({ groups }) => groups.length)) - SHOWN;
  const body = h("div");
  const draw = () => replace(body, [
    names.length > 1 ? legend(names, [...paint.values()], { off: look.off, ontoggle: toggle }) : null,
    panels(question, around, answer, all.filter(({ name }) => !look.off.has(name) || names.length === 1), titles, paint),
  ]);
  const toggle = (name: string) => {
    if (!look.off.delete(name)) look.off.add(name);
    draw();
  };
  draw();
  return [
    ...head,
    answer.before ? h("p", { class: "bh-quiet" }, answer.before) : null,
    body,
    left > 0 ? h("p", { class: "bh-quiet" }, `${left} more groups are in the result's table`) : null,
    table(question, around, answer, all, look),
    rules(answer, titles),
  ];
}

/** Numbers of different units never share an axis; groups have a panel for each row. */
function panels(question: Ask, around: Frame, answer: Answer, drawn: Drawn[], titles: string[], paint: Map<string, string>): Child[] {
  const grouped = answer.group_names.length > 0;
  const panelOf = ({ which }: Drawn) => (grouped ? String(which) : answer.lines[which].unit);
  const found = [...new Set(drawn.map(panelOf))];
  if (!found.length) return [h("p", { class: "bh-advice" }, "Every line is switched off.")];
  return found.map((panel, place) => {
    const inside = drawn.filter((one) => panelOf(one) === panel);
    const { unit } = answer.lines[inside[0].which];
    const title = grouped && answer.lines.length > 1 ? titles[inside[0].which] : found.length > 1 || answer.lines.length === 1 ? axisName(answer, inside, titles) : unit;
    const made = new Map<Line, Drawn>();
    const shown = inside.flatMap((one) => {
      const line: Line = {
        name: one.said, colour: paint.get(one.name)!, period: answer.periods, complete: answer.complete,
        value: one.group.value,
        note: one.group.change.map((change, at) =>
          change === null ? "" : `${signed(change)}${one.group.relative[at] === null ? "" : ` (${share(one.group.relative[at])})`} from the ${answer.per} before`),
      };
      made.set(line, one);
      const { before } = one.group;
      if (!before) return [line];
      const past = periodNames(before.period.map((period) => period ?? answer.periods[0])).long;
      const faded: Line = {
        name: [one.said, "before"].filter(Boolean).join(", "), colour: line.colour, period: answer.periods, complete: answer.complete.map(() => true),
        value: before.value, faded: true, note: past.map((period, at) => (before.period[at] ? `in ${period}` : "")),
      };
      return [faded, line];
    });
    return h("div", { role: "group", class: place ? "bh-chart bh-next" : "bh-chart", "aria-label": title },
      h("h4", { class: "bh-axis-name" }, title),
      lines(shown, `${title} per ${answer.per}`, {
        format: number,
        tick: compact,
        key: `chart-${panel}`,
        height: found.length > 1 ? 190 : 260,
        onpick: (line, at) => {
          const one = made.get(line)!;
          people(question, around, answer, one, at, around.answer.querySelectorAll(".bh-chart")[place]);
        },
      }));
  });
}

/** What an axis shows: the unit, or the one line that has it. */
function axisName(answer: Answer, inside: Drawn[], titles: string[]): string {
  const own = new Set(inside.map(({ which }) => which));
  return own.size === 1 ? titles[inside[0].which] : answer.lines[inside[0].which].unit;
}

function people(question: Ask, around: Frame, answer: Answer, one: Drawn, at: number, below: Element): void {
  const when = periodNames(answer.periods).long[at];
  const what = [one.said || answer.lines[one.which].title, when].join(", ");
  void showPeople(question, around, below, { line: one.which, period: answer.periods[at], ...one.group.pick }, what);
}

/** The last periods first: values, changes, and what was in the range before. */
function table(question: Ask, around: Frame, answer: Answer, all: Drawn[], look: { table: string }): HTMLElement {
  const choices: [string, string][] = all.map((one, place) => [String(place), one.said || answer.lines[one.which].title]);
  const body = h("div", { class: "bh-scroll", tabindex: "0", role: "group", "aria-label": "Table of periods" });
  const { long } = periodNames(answer.periods);
  const draw = () => {
    const one = all[Math.max(0, choices.findIndex(([, words]) => words === look.table))];
    const { before } = one.group;
    const decimals = decimalsOf([...one.group.value, ...(before?.value ?? [])]);
    const columns = ["value", "change", "relative", ...(before ? ["value", "change", "relative"] : [])];
    const places = answer.periods.map((_, place) => place).reverse();
    replace(body,
      h("table", { class: "bh-table bh-periods" },
        h("caption", { class: "bh-unseen" }, `${one.said || answer.lines[one.which].title} by ${answer.per}, the last first`),
        h("thead", {},
          before ? h("tr", {}, h("td", { colspan: 2 }), h("th", { colspan: 2, scope: "colgroup", class: "bh-figure" }, `from the ${answer.per} before`),
            h("th", { colspan: 3, scope: "colgroup", class: "bh-figure" }, "the range before")) : null,
          h("tr", {}, h("th", { scope: "col" }, answer.per), columns.map((words) => h("th", { scope: "col", class: "bh-figure" }, words)))),
        h("tbody", {}, places.slice(0, ROWS).map((at) =>
          h("tr", {},
            h("th", { scope: "row" }, long[at], answer.complete[at] ? null : h("small", { class: "bh-quiet" }, " not over yet")),
            h("td", { class: "bh-figure" }, one.group.value[at] === null ? MISSING : h("button", {
              type: "button", class: "bh-value", title: "Show the users",
              "aria-label": `${number(one.group.value[at], decimals)}: show the users of ${long[at]}`,
              onclick: () => people(question, around, answer, one, at, body),
            }, number(one.group.value[at], decimals))),
            h("td", { class: "bh-figure" }, signed(one.group.change[at], decimals)),
            h("td", { class: "bh-figure" }, share(one.group.relative[at])),
            before
              ? [
                  h("td", { class: "bh-figure", title: before.period[at]?.slice(0, 16).replace("T", " ") ?? "" }, number(before.value[at], decimals)),
                  h("td", { class: "bh-figure" }, signed(before.change[at], decimals)),
                  h("td", { class: "bh-figure" }, share(before.relative[at])),
                ]
              : null)))),
      places.length > ROWS ? h("p", { class: "bh-quiet" }, `${number(places.length - ROWS)} earlier periods are in the result's table`) : null);
  };
  draw();
  return h("div", { role: "group", class: "bh-part", "aria-label": "Table" },
    choices.length > 1
      ? h("div", { class: "bh-row bh-of-table" }, "Table of", select("table-of", "Table of", String(Math.max(0, choices.findIndex(([, words]) => words === look.table))), choices, (place) => {
          look.table = choices[Number(place)][1];
          draw();
        }))
      : null,
    body);
}

function rules(answer: Answer, titles: string[]): Child {
  if (answer.lines.length === 1) return h("p", { class: "bh-rule" }, answer.lines[0].rule);
  return h("details", { class: "bh-part" }, h("summary", {}, "How it is counted"),
    answer.lines.map((line, place) => h("p", { class: "bh-rule" }, h("strong", {}, `${titles[place]}. `), line.rule)));
}

function signed(value: Maybe, decimals?: number): string {
  if (value === null) return MISSING;
  return withSign(value, number(value, decimals));
}

function withSign(value: number, text: string): string {
  const size = text.replace("-", "");
  return isZero(size) ? size : `${value > 0 ? "+" : "−"}${size}`;
}

function share(value: Maybe): string {
  return value === null ? MISSING : withSign(value, percent(value));
}
