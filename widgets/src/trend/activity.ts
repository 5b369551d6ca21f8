// Lifecycle as stacked bars, those who left below zero; stickiness as a line and active days.

import { legend, lines, type Line } from "../shared/charts";
import { h, moveFocus, replace, svg, type Child } from "../shared/elements";
import { select } from "../shared/fields";
import type { Frame } from "../shared/frame";
import { compact, niceScale, periodNames } from "../shared/lines";
import { showPeople } from "../shared/people";
import { decimalsOf, number, percent, plural } from "../shared/words";
import type { Ask } from "./definition";

interface Common {
  title: string;
  subtitle: string;
  rule: string;
  nothing: string;
  per: string;
  periods: string[];
  complete: boolean[];
}

type State = "new" | "returning" | "resurrected" | "dormant";
export type Lifecycle = Common & Record<State, number[]>;

export interface Stickiness extends Common {
  active: number[];
  mean_daily: (number | null)[];
  ratio: (number | null)[];
  days: [string, number, number][];
}

const STATES: State[] = ["returning", "resurrected", "new", "dormant"];
const PAINT: Record<State, string> = { returning: "#0072B2", resurrected: "#56B4E9", new: "#009E73", dormant: "#D55E00" };
const MARGIN = { left: 52, right: 14, top: 12, bottom: 26 };
const HEIGHT = 280;
const LABEL = 76;
const ROWS = 400;

const head = (answer: Common): Child[] => [
  h("h3", { class: "bh-title" }, answer.title),
  h("p", { class: "bh-quiet" }, answer.subtitle),
];

/** Draw who is new, comes back, and left. */
export function lifecycle(question: Ask, around: Frame, answer: Lifecycle): Child[] {
  if (answer.nothing) return [...head(answer), h("p", { class: "bh-advice" }, answer.nothing)];
  const names = periodNames(answer.periods).long;
  const pick = (state: State, place: number, below: Element) =>
    void showPeople(question, around, below, { period: answer.periods[place], state }, `${state}, ${names[place]}`);
  const chart = bars(answer, names, (state, place) => pick(state, place, chart));
  return [
    ...head(answer),
    legend(STATES, STATES.map((state) => PAINT[state])),
    h("h4", { class: "bh-axis-name" }, "users, dormant ones below zero"),
    chart,
    table(answer, names, STATES, (state, place) => answer[state][place], pick),
    h("p", { class: "bh-rule" }, answer.rule),
  ];
}

function bars(answer: Lifecycle, names: string[], onpick: (state: State, place: number) => void): HTMLElement {
  const figure = h("figure", { class: "bh-lines bh-stacked" });
  const count = answer.periods.length;
  const up = answer.periods.map((_, place) => answer.new[place] + answer.returning[place] + answer.resurrected[place]);
  const scale = niceScale(-Math.max(0, ...answer.dormant), Math.max(1, ...up));
  const { short } = periodNames(answer.periods);
  let width = 720;
  let here = { state: 0, place: count - 1 };

  function draw(): void {
    const inner = width - MARGIN.left - MARGIN.right;
    const slot = inner / Math.max(1, count);
    const y = (value: number) => MARGIN.top + (HEIGHT - MARGIN.top - MARGIN.bottom) * ((scale.high - value) / (scale.high - scale.low));
    const every = Math.max(1, Math.ceil(count / Math.max(1, Math.floor(inner / LABEL))));
    const parts = new Map<string, SVGElement>();
    const part = (place: number, state: State, from: number, to: number) => {
      if (from === to) return null;
      const value = answer[state][place];
      const words = `${names[place]}: ${plural(value, "user")} ${state}${answer.complete[place] ? "" : ", not over yet"}`;
      const element = svg("rect", {
        x: MARGIN.left + slot * place + slot * 0.08, width: Math.max(1, slot * 0.84),
        y: y(Math.max(from, to)), height: Math.max(1, Math.abs(y(from) - y(to))),
        fill: PAINT[state], class: answer.complete[place] ? "bh-part-bar" : "bh-part-bar bh-not-over",
        role: "button", tabindex: "-1", "aria-label": `${words}. Show them.`,
        onclick: () => onpick(state, place),
        onkeydown: (event: KeyboardEvent) => press(event, place, STATES.indexOf(state)),
      }, svg("title", {}, words));
      parts.set(`${place} ${STATES.indexOf(state)}`, element);
      return element;
    };
    const stacks = answer.periods.map((_, place) => {
      let from = 0;
      return [
        ...(["returning", "resurrected", "new"] as State[]).map((state) => {
          const made = part(place, state, from, from + answer[state][place]);
          from += answer[state][place];
          return made;
        }),
        part(place, "dormant", 0, -answer.dormant[place]),
      ];
    });
    const reach = (place: number, state: number, focus: boolean) => {
      const found = parts.get(`${place} ${state}`);
      if (!found) return false;
      parts.get(`${here.place} ${here.state}`)?.setAttribute("tabindex", "-1");
      found.setAttribute("tabindex", "0");
      here = { place, state };
      if (focus) (found as unknown as HTMLElement).focus({ preventScroll: true });
      return true;
    };
    const press = (event: KeyboardEvent, place: number, state: number) => {
      // From the lowest part of a bar to its highest: dormant, returning, resurrected, new.
      const order = [3, 0, 1, 2];
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        onpick(STATES[state], place);
      } else if (step) {
        event.preventDefault();
        let [at, level] = [place + step[0], order.indexOf(state) + step[1]];
        while (at >= 0 && at < count && level >= 0 && level < order.length && !reach(at, order[level], true)) {
          at += step[0];
          level += step[1];
        }
      }
    };
    replace(figure, svg("svg", {
      viewBox: `0 0 ${width} ${HEIGHT}`, role: "group",
      "aria-label": `${answer.title}. Arrow keys go from part to part, Enter shows the users.`,
    },
      svg("g", { "aria-hidden": "true" },
        scale.ticks.map((tick) => [
          svg("line", { class: tick === 0 ? "bh-grid bh-zero" : "bh-grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(tick), y2: y(tick) }),
          svg("text", { class: "bh-tick", x: MARGIN.left - 8, y: y(tick) + 4, "text-anchor": "end" }, compact(Math.abs(tick))),
        ]),
        short.map((name, place) => place % every ? null : svg("text", {
          class: "bh-tick", x: Math.min(width - 30, Math.max(30, MARGIN.left + slot * (place + 0.5))), y: HEIGHT - 6, "text-anchor": "middle",
        }, name))),
      stacks));
    for (let place = count - 1, done = reach(here.place, here.state, false); place >= 0 && !done; place -= 1) {
      done = STATES.some((_, state) => reach(place, state, false));
    }
  }

  draw();
  new ResizeObserver(() => {
    const found = Math.round(figure.clientWidth);
    if (!found || found === width) return;
    width = found;
    draw();
  }).observe(figure);
  return figure;
}

/** Draw how many of a period's users are active on a day of it. */
export function stickiness(question: Ask, around: Frame, answer: Stickiness): Child[] {
  if (answer.nothing) return [...head(answer), h("p", { class: "bh-advice" }, answer.nothing)];
  const names = periodNames(answer.periods).long;
  const ratio = answer.per === "week" ? "DAU / WAU" : "DAU / MAU";
  const decimals = decimalsOf(answer.mean_daily);
  const pick = (place: number, below: Element) =>
    void showPeople(question, around, below, { period: answer.periods[place] }, `active, ${names[place]}`);
  const line: Line = {
    name: "", colour: PAINT.returning, period: answer.periods, value: answer.ratio, complete: answer.complete,
    note: answer.mean_daily.map((daily, place) => `${number(daily)} of ${plural(answer.active[place], "user")} on a day`),
  };
  const chart: HTMLElement = h("div", { role: "group", class: "bh-chart", "aria-label": ratio },
    h("h4", { class: "bh-axis-name" }, ratio),
    lines([line], `${ratio} per ${answer.per}`, { key: "chart-ratio", onpick: (_, place) => pick(place, chart) }));
  return [
    ...head(answer),
    chart,
    days(question, around, answer, names),
    table(answer, names, ["active", "daily mean", "stickiness"] as string[],
      (name, place) => (name === "active" ? answer.active[place] : null),
      (_, place, below) => pick(place, below),
      (name, place) => ({ "daily mean": number(answer.mean_daily[place], decimals), stickiness: percent(answer.ratio[place]) }[name] ?? null)),
    h("p", { class: "bh-rule" }, answer.rule),
  ];
}

function days(question: Ask, around: Frame, answer: Stickiness, names: string[]): HTMLElement {
  const most = answer.per === "week" ? 7 : 31;
  const over = answer.complete.lastIndexOf(true);
  let place = over >= 0 ? over : answer.periods.length - 1;
  const body = h("div");
  const draw = () => {
    const counts = new Array(most).fill(0) as number[];
    for (const [period, number_, users] of answer.days) if (period === answer.periods[place]) counts[number_ - 1] = users;
    const highest = Math.max(1, ...counts);
    const first = counts.findIndex(Boolean);
    const figure: HTMLElement = h("figure", {},
      h("div", { class: "bh-bins bh-days", role: "group", "aria-label": `Users by active days, ${names[place]}. Arrow keys go from bar to bar, Enter shows the users.` },
        counts.map((users, day) => {
          const words = `${plural(day + 1, "active day")}: ${plural(users, "user")}`;
          const bar = { class: "bh-bin", style: `height:${(100 * users) / highest}%;background:${PAINT.returning}`, title: words };
          const told = most === 7 || users === highest ? h("span", { class: "bh-bin-count" }, number(users)) : null;
          if (users === 0) return h("span", bar, told);
          return h("button", {
            ...bar, type: "button", tabindex: day === first ? "0" : "-1", "aria-label": `${words}. Show them.`,
            onclick: () => void showPeople(question, around, figure, { period: answer.periods[place], days: day + 1 },
              `active on ${plural(day + 1, "day")}, ${names[place]}`),
            onkeydown: walk,
          }, told);
        })),
      h("div", { class: "bh-bins-axis", "aria-hidden": "true" }, counts.map((_, day) => h("span", {}, most === 7 || (day + 1) % 5 === 0 || day === 0 ? day + 1 : ""))));
    replace(body, figure);
  };
  draw();
  return h("div", { role: "group", class: "bh-part", "aria-label": "Active days" },
    h("div", { class: "bh-row bh-of-table" }, h("h4", {}, "Users by number of active days in"),
      select("days-of", "Period of active days", String(place), names.map((name, at) => [String(at), answer.complete[at] ? name : `${name}, not over yet`] as [string, string]).reverse(), (picked) => {
        place = Number(picked);
        draw();
      })),
    body);
}

/** One bar can be reached by Tab; the arrow keys move to the next one. */
function walk(event: KeyboardEvent): void {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const bar = event.currentTarget as HTMLElement;
  const bars = [...bar.parentElement!.querySelectorAll<HTMLElement>("button")];
  const next = bars[bars.indexOf(bar) + by];
  if (next) moveFocus(bar, next);
}

/** The last periods first. */
function table<Column extends string>(
  answer: Common,
  names: string[],
  columns: Column[],
  valueOf: (column: Column, place: number) => number | null,
  onpick: (column: Column, place: number, below: Element) => void,
  written: (column: Column, place: number) => string | null = () => null,
): HTMLElement {
  const places = answer.periods.map((_, place) => place).reverse().slice(0, ROWS);
  const left = answer.periods.length - places.length;
  const body: HTMLElement = h("div", { class: "bh-scroll", tabindex: "0", role: "group", "aria-label": "Table of periods" },
    h("table", { class: "bh-table bh-periods" },
      h("caption", { class: "bh-unseen" }, `${answer.title}, the last period first`),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, answer.per), columns.map((column) => h("th", { scope: "col", class: "bh-figure" }, column)))),
      h("tbody", {}, places.map((place) =>
        h("tr", {},
          h("th", { scope: "row" }, names[place], answer.complete[place] ? null : h("small", { class: "bh-quiet" }, " not over yet")),
          columns.map((column) => {
            const value = valueOf(column, place);
            const said = written(column, place);
            const text = said ?? number(value);
            const picks = value !== null && said === null;
            return h("td", { class: "bh-figure" }, picks
              ? h("button", {
                  type: "button", class: "bh-value", title: "Show the users", "aria-label": `${text} ${column}: show the users of ${names[place]}`,
                  onclick: () => onpick(column, place, body),
                }, text)
              : text);
          }))))),
    left > 0 ? h("p", { class: "bh-quiet" }, `${number(left)} earlier periods are in the result's table`) : null);
  return h("div", { role: "group", class: "bh-part", "aria-label": "Table" }, body);
}
