// The answer of a retention: cohorts by period, curves, churn, survival, and who they are.

import { legend } from "../shared/charts";
import { colours } from "../shared/colours";
import { h, replace, type Child } from "../shared/elements";
import { select } from "../shared/fields";
import type { Frame } from "../shared/frame";
import { showPeople } from "../shared/people";
import type { Question } from "../shared/question";
import { interval, number, percent, plural } from "../shared/words";
import { cellsTable, linesOf, type Row } from "./cells";
import { curves, type Curve } from "./curves";

type Maybe = number | null;

interface Group {
  pick: Record<string, string>;
  size: number;
  cohorts: number;
  sizes: number[];
  counted: number[];
  rate: Maybe[];
  low: Maybe[];
  high: Maybe[];
}

interface Cohorts {
  /** How many earlier ones are left out. */
  left: number;
  cohort: string[];
  name: string[];
  size: number[];
  counted: number[][];
  rate: Maybe[][];
  low: Maybe[][];
  high: Maybe[][];
}

interface Survival {
  name: string;
  /** Days from one value to the next. */
  step: number;
  survival: number[];
  low: Maybe[];
  high: Maybe[];
}

export interface Answer {
  title: string;
  subtitle: string;
  rule: string;
  nothing: string;
  unit: string;
  per: string;
  rolling: boolean;
  unbounded: boolean;
  group_names: string[];
  periods: number[];
  spans: string[];
  groups: Group[];
  left: number;
  cohorts: Cohorts;
}

const TABS = ["Cohorts", "Curve", "Churn", "Survival"] as const;

/** What is looked at in one view of the widget; it stays while the question changes. */
interface View {
  tab: (typeof TABS)[number];
  group: string;
  panel: HTMLElement | null;
  shown: number;
}

interface Place {
  question: Question<any>;
  around: Frame;
  answer: Answer;
  view: View;
}

const views = new WeakMap<Frame, View>();

/** Draw an answer. */
export function answered(question: Question<any>, around: Frame, answer: Answer): Child[] {
  const head = [
    h("h3", { class: "bh-title" }, answer.title),
    h("p", { class: "bh-quiet" }, answer.subtitle),
  ];
  if (answer.nothing) return [...head, h("p", { class: "bh-advice" }, answer.nothing)];
  const view: View = views.get(around) ?? { tab: "Cohorts", group: "", panel: null, shown: 0 };
  views.set(around, view);
  const at = { question, around, answer, view };
  if (!answer.groups.some((group) => nameOf(group) === view.group)) view.group = nameOf(answer.groups[0]);
  const before = view.panel;
  const panel = h("div", { class: "bh-viewed", role: "tabpanel", "aria-label": view.tab });
  view.panel = panel;
  // What is asked for first takes the place of what was there, not of nothing.
  if (before && !before.dataset.drawn?.startsWith("Cohorts")) panel.append(...before.childNodes);
  const tabs = tabList(view, () => void draw(at));
  void draw(at);
  const left = answer.left > 0 ? h("p", { class: "bh-quiet" }, `${answer.left} more groups are in the result's table`) : null;
  return [...head, left, tabs, panel, h("p", { class: "bh-rule" }, answer.rule)];
}

function tabList(view: View, draw: () => void): HTMLElement {
  const list = h(
    "div",
    {
      class: "bh-views",
      role: "tablist",
      "aria-label": "What is shown",
      onkeydown: (event: KeyboardEvent) => {
        const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (!by) return;
        event.preventDefault();
        choose(TABS[(TABS.indexOf(view.tab) + by + TABS.length) % TABS.length]);
      },
    },
    TABS.map((tab) => h("button", { type: "button", role: "tab", class: "bh-view", "data-key": `tab-${tab}`, onclick: () => choose(tab) }, tab)),
  );
  const mark = () =>
    ([...list.children] as HTMLElement[]).forEach((one, place) => {
      const isShown = TABS[place] === view.tab;
      one.setAttribute("aria-selected", String(isShown));
      one.tabIndex = isShown ? 0 : -1;
    });
  const choose = (tab: View["tab"]) => {
    view.tab = tab;
    mark();
    (list.children[TABS.indexOf(tab)] as HTMLElement).focus();
    view.panel!.setAttribute("aria-label", tab);
    draw();
  };
  mark();
  return list;
}

/** Draw what is looked at; what has to be asked for comes later, and only where it is still wanted. */
async function draw(at: Place): Promise<void> {
  const { view, answer, question } = at;
  const panel = view.panel!;
  const number = (view.shown += 1);
  const group = Math.max(0, answer.groups.findIndex((one) => nameOf(one) === view.group));
  const put = (...children: Child[]) => {
    panel.removeAttribute("data-old");
    replace(panel, children);
  };
  const ask = async (what: string): Promise<any> => {
    panel.toggleAttribute("data-old", true);
    if (!panel.childElementCount) replace(panel, h("p", { class: "bh-advice" }, "Counting …"));
    const found = await question.request(what, { group }, at.around.view);
    if (view.shown !== number) return null;
    if (found.error) put(h("p", { class: "bh-error" }, found.error));
    return found.error ? null : found;
  };
  if (view.tab === "Cohorts") {
    const cohorts: Cohorts | undefined = group === 0 ? answer.cohorts : (await ask("cohorts"))?.cohorts;
    if (cohorts) put(groupField(at), table(at, "retained", answer.groups[group], cohorts));
  } else if (view.tab === "Curve") {
    put(averages(at, "retained", answer.groups), averagesTable(at, answer.groups));
  } else if (view.tab === "Churn") {
    const found = await ask("churn");
    if (found) {
      const rule = "Churned in a period is who is not retained in it, nor in any later one.";
      put(averages(at, "churned", found.groups), h("p", { class: "bh-quiet" }, rule), groupField(at), table(at, "churned", found.groups[group], found.cohorts));
    }
  } else {
    const found = await ask("survival");
    if (found) put(survival(at, found.curves), found.left ? h("p", { class: "bh-quiet" }, `${found.left} more segments are not drawn`) : null);
  }
}

const nameOf = (group: Group) => Object.values(group.pick).join(" · ");

const namesOf = (answer: Answer) => answer.groups.map(nameOf);

/** Choose the group whose cohorts are shown. */
function groupField(at: Place): HTMLElement | null {
  const names = namesOf(at.answer);
  if (names.length < 2) return null;
  return h("div", { class: "bh-row bh-chooser" }, "Cohorts of",
    select("group", "Group whose cohorts are shown", at.view.group, names.map((name) => [name, name]), (name) => {
      at.view.group = name;
      void draw(at);
    }));
}

/** Whether the period is a day, a week or a month, not some hours. */
const named = (answer: Answer) => /^[a-z]+$/.test(answer.per);

/** A period in words: week 3, weeks 1–3, period 3 of 12h. */
const periodOf = (answer: Answer) => (place: number) => {
  const span = answer.spans[place];
  if (!named(answer)) return `period ${span} of ${answer.per}`;
  return `${answer.per}${span.includes("–") ? "s" : ""} ${span}`;
};

function axisOf(answer: Answer): string {
  const periods = named(answer) ? `${answer.per}s` : `periods of ${answer.per}`;
  return `${periods} after ${answer.rolling ? "each user's start" : `the start's ${answer.per}`}`;
}

type Word = "retained" | "churned";

/** The average of a group, and its cohorts. */
function table(at: Place, word: Word, group: Group, cohorts: Cohorts): HTMLElement {
  const { answer } = at;
  const rows: Row[] = [
    averageRow(group, "average"),
    ...cohorts.cohort.map((cohort, place): Row => ({
      name: cohorts.name[place],
      size: cohorts.size[place],
      sizes: answer.spans.map(() => cohorts.size[place]),
      counted: cohorts.counted[place],
      rate: cohorts.rate[place],
      low: cohorts.low[place],
      high: cohorts.high[place],
      isAverage: false,
      pick: { ...group.pick, cohort },
    })),
  ];
  return grid(at, word, rows, "cohort", `${word === "retained" ? "Retained" : "Churned"} by cohort and ${axisOf(answer)}`,
    cohorts.left
      ? h("p", { class: "bh-quiet" }, `The latest ${cohorts.cohort.length} cohorts; ${plural(cohorts.left, "earlier one")}: all count in the average and are in the result's ${word === "churned" ? ".churn" : ".table"}.`)
      : null);
}

/** The averages of all groups: what the curves say, for eyes and fingers that need a table. */
function averagesTable(at: Place, groups: Group[]): HTMLElement {
  const rows = groups.map((group) => averageRow(group, nameOf(group) || "average"));
  return grid(at, "retained", rows, "group", `Average retained by ${axisOf(at.answer)}`);
}

function averageRow(group: Group, name: string): Row {
  return { ...group, name, isAverage: true };
}

function grid(at: Place, word: Word, rows: Row[], head: string, label: string, note: Child = null): HTMLElement {
  const { answer } = at;
  const made: HTMLElement = h("div", {},
    h("h4", {}, label),
    cellsTable({
      label,
      head,
      spans: answer.spans,
      period: periodOf(answer),
      word,
      unit: answer.unit,
      rows,
      onpick: (row, place) => choose(at, made, word, row, place),
    }),
    note);
  return made;
}

/** Show who is behind a cell, and let those beside them be shown. */
function choose(at: Place, below: HTMLElement, word: Word, row: Row, place: number): void {
  const { answer, question, around } = at;
  const isOpen = row.rate[place] === null;
  const later = answer.unbounded || word === "churned" ? " or later" : "";
  const period = `${periodOf(answer)(place)}${later}`;
  const came = word === "retained" ? row.counted[place] : row.sizes[place] - row.counted[place];
  const sides: [boolean, string, number][] = [
    [true, `Came back in ${period}`, came],
    [false, `Did not${isOpen ? " yet" : ""}`, row.sizes[place] - came],
  ];
  if (word === "churned") sides.reverse();
  const pick = (retained: boolean) => ({
    ...row.pick,
    period: answer.periods[place],
    retained,
    ...(word === "churned" ? { unbounded: true } : {}),
    // The average is of cells that are over.
    ...(row.isAverage ? { complete: true } : {}),
  });
  below.querySelector(".bh-sides")?.remove();
  const buttons = sides.map(([retained, words, count]) =>
    h("button", { type: "button", class: "bh-button", "data-key": `side-${retained}`, onclick: () => show(retained) },
      `${words}: ${number(count)}`));
  const bar = h("div", { class: "bh-row bh-sides", role: "group", "aria-label": `${row.name}, ${period}` },
    h("strong", {}, row.name), buttons);
  below.append(bar);
  show(sides[0][0]);

  function show(retained: boolean): void {
    buttons.forEach((button, which) => button.setAttribute("aria-pressed", String(sides[which][0] === retained)));
    const who = retained ? `came back in ${period}` : `did not come back in ${period}`;
    void showPeople(question, around, bar, pick(retained), `${row.name}: ${who}${isOpen ? " so far" : ""}`);
  }
}

/** The average of each group as a curve. */
function averages(at: Place, word: Word, groups: Group[]): HTMLElement {
  const { answer } = at;
  const names = groups.map(nameOf);
  const paint = colours(names);
  const period = periodOf(answer);
  const made: HTMLElement = h("div", {},
    h("h4", {}, `Average ${word}, with its 95 % interval`),
    names.length > 1 ? legend(names, paint) : null,
    curves({
      label: `Average ${word} by ${axisOf(answer)}; the table below has the numbers`,
      axis: axisOf(answer),
      ticks: answer.spans.map((text, x) => ({ x, text })),
      isStair: false,
      all: groups.map((group, which): Curve => {
        const row = averageRow(group, names[which] || "average");
        return {
          name: row.name,
          colour: paint[which],
          x: answer.spans.map((_, place) => place),
          value: group.rate,
          low: group.low,
          high: group.high,
          lines: (place) => linesOf({ period, word, unit: answer.unit }, row, place),
          onpick: (place) => choose(at, made, word, row, place),
        };
      }),
    }));
  return made;
}

/** How many are still active after a time. */
function survival(at: Place, all: Survival[]): Child[] {
  const names = all.map(({ name }) => name);
  const paint = colours(names);
  const longest = all.reduce((one, other) => (one.survival.length * one.step >= other.survival.length * other.step ? one : other));
  const end = (longest.survival.length - 1) * longest.step;
  const per = [0.25, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((days) => end / days <= 12) ?? end / 10;
  const times = Array.from({ length: Math.floor(end / per) + 1 }, (_, place) => place * per);
  const at_ = (curve: Survival, days: number) =>
    Math.min(curve.survival.length - 1, Math.floor(days / curve.step + 1e-6));
  const told = (curve: Survival, place: number) => [
    `${curve.name ? `${curve.name} · ` : ""}${daysOf(place * curve.step)}`,
    `${percent(curve.survival[place])} still active`,
    ...(curve.low[place] === null ? [] : [`95 % interval ${interval(curve.low[place], curve.high[place])}`]),
  ];
  if (end === 0) return [h("p", { class: "bh-advice" }, "Nobody's last activity is known yet: the log ends too early to tell.")];
  return [
    h("h4", {}, "Still active, with 95 % interval (Kaplan–Meier)"),
    names.length > 1 ? legend(names, paint) : null,
    curves({
      label: "Share of users still active, by days after the start; the table below has the numbers",
      axis: "days after the start event",
      ticks: times.map((x) => ({ x, text: String(Math.round(x * 100) / 100) })),
      isStair: true,
      all: all.map((curve, which): Curve => ({
        name: curve.name,
        colour: paint[which],
        x: curve.survival.map((_, place) => place * curve.step),
        value: curve.survival,
        low: curve.low.map((low, place) => low ?? curve.survival[place]),
        high: curve.high.map((high, place) => high ?? curve.survival[place]),
        lines: (place) => told(curve, place),
      })),
    }),
    h("div", { class: "bh-scroll" , tabindex: 0, role: "group", "aria-label": "Survival as a table" },
      h("table", { class: "bh-table bh-survival" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "after"),
          all.map(({ name }) => [h("th", { scope: "col" }, `${name || "still"}${name ? ": still" : ""} active`), h("th", { scope: "col" }, "95 % interval")]))),
        h("tbody", {}, times.map((days) => h("tr", {}, h("th", { scope: "row" }, daysOf(days)),
          all.map((curve) => {
            const place = at_(curve, days);
            return [h("td", {}, percent(curve.survival[place])), h("td", {}, interval(curve.low[place], curve.high[place]))];
          })))))),
    h("p", { class: "bh-quiet" }, `Whose last activity is more than one ${named(at.answer) ? at.answer.per : `period of ${at.answer.per}`} before the end of the log has gone; of the others it is not known when they will go.`,
      at.answer.group_names.some((name) => name !== "segment") ? " Survival is not broken down by a property: it is of all users." : ""),
  ];
}

const daysOf = (days: number) => (days < 1 && days > 0 ? `${Math.round(days * 24)} h` : plural(Math.round(days * 100) / 100, "day"));
