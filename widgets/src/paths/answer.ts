// The answer: flow charts of one group or two, whole ways by frequency, the transition matrix.

import { h, replace, type Child } from "../shared/elements";
import { field, select } from "../shared/fields";
import type { Frame } from "../shared/frame";
import { showPeople } from "../shared/people";
import { number, ofGroup, percent, plural } from "../shared/words";
import { flowChart, type Chart } from "./chart";
import type { Ask } from "./definition";
import type { Flow, Flows, Node } from "./layout";
import { matrixTable, type Matrix } from "./matrix";
import { openMenu } from "./menu";
import { choices } from "./choices";
import { flowWords, nodeWords } from "./wording";

interface Group {
  pick: Record<string, string>;
  count: number;
}

export interface Answer {
  title: string;
  subtitle: string;
  rule: string;
  nothing: string;
  unit: string;
  names: string[];
  groups: Group[];
  /** Of the first groups. */
  flows: Flows[];
}

interface Way {
  sequence: string[];
  count: number;
  share: number;
}

export interface View {
  draw(around: Frame, answer: Answer): Child[];
  close(): void;
}

/** A moment in which a further change would come: what takes its time waits for it. */
const PAUSE = 250;
const nameOf = ({ pick }: Group) => Object.values(pick).join(" · ");

/** Make what draws answers; it remembers which groups are looked at. */
export function answered(question: Ask): View {
  let last: { answer: Answer; children: Child[] } | null = null;
  let charts: Chart[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let chosen: string | null = null;
  /** Null: not said; empty: none. */
  let beside: string | null = null;
  let room = 0;
  let isMatrixOpen = false;
  let acted = false;
  /** What was called off by a newer question: asked again if the answer stays what it was. */
  let owed: (() => void)[] = [];
  const owe = (answer: Answer, ask: () => void) => () => {
    if (last?.answer !== answer) return;
    if (question.busy) owed.push(ask);
    else ask();
  };
  question.on("busy", () => {
    if (!question.busy) owed.splice(0).forEach((ask) => ask());
  });

  function draw(around: Frame, answer: Answer): Child[] {
    // A changed draft has the answer it had until the next one comes.
    if (last?.answer !== answer) last = { answer, children: made(around, answer) };
    return last.children;
  }

  function close(): void {
    charts.forEach((chart) => chart.close());
    charts = [];
    clearTimeout(timer);
  }

  function made(around: Frame, answer: Answer): Child[] {
    close();
    owed = [];
    const head = [
      h("h3", { class: "bh-title" }, answer.title),
      h("p", { class: "bh-quiet" }, answer.subtitle),
    ];
    if (answer.nothing) return [...head, h("p", { class: "bh-advice" }, answer.nothing)];
    const names = answer.groups.map(nameOf);
    const main = Math.max(0, names.indexOf(chosen ?? ""));
    const second = names.indexOf(beside ?? (names.length === 2 ? names[1 - main] : ""));
    const shown = second >= 0 && second !== main ? [main, second] : [main];
    const again = () => {
      last = { answer, children: made(around, answer) };
      replace(around.answer, last.children);
    };
    const parts = shown.map((place) => part(around, answer, answer.groups[place], place));
    const ways = h("div", { role: "group", class: "bh-part", "aria-label": "Whole ways" }, h("h4", {}, "Whole ways by frequency"),
      h("p", { class: "bh-quiet" }, "Counting them …"));
    const matrix = h("div", {}, h("p", { class: "bh-quiet" }, "Counting …"));
    const picks = shown.map((place) => answer.groups[place].pick);
    let isMatrixAsked = false;
    const fillMatrix = async () => {
      isMatrixAsked = true;
      const found = await question.request("matrix", { picks }, around.view, owe(answer, () => void fillMatrix()));
      isMatrixAsked = !found.error;
      replace(matrix, found.error
        ? h("p", { class: "bh-error" }, found.error)
        : h("div", { class: "bh-pair" }, found.matrix.map((one: Matrix, at: number) =>
            matrixTable(one, names.length > 1 ? names[shown[at]] : "", (source, target) => {
              const name = ofGroup(names.length > 1 ? names[shown[at]] : "");
              void showPeople(question, around, matrix, { ...picks[at], source, target, whole: true },
                `${source}, right after it ${target}${name}`);
            }))));
    };
    const fillWays = async () => {
      const found = await question.request("ways", { picks }, around.view, owe(answer, () => void fillWays()));
      replace(ways, h("h4", {}, "Whole ways by frequency"), found.error
        ? h("p", { class: "bh-error" }, found.error)
        : h("div", { class: "bh-pair" }, found.ways.map((one: Way[], at: number) =>
            wayTable(around, ways, picks[at], names.length > 1 ? names[shown[at]] : "", one))));
      // A second one would take away the cells that are used meanwhile.
      if (isMatrixOpen && !isMatrixAsked) void fillMatrix();
    };
    timer = setTimeout(() => void fillWays(), PAUSE);
    if (acted) queueMicrotask(() => refocus(around));
    acted = false;
    return [
      ...head,
      names.length > 1
        ? h("div", { class: "bh-row bh-which" },
            field("group", select("group", "Group that is shown", String(main), groupChoices(answer), (value) => {
              chosen = names[Number(value)];
              again();
            })),
            field("beside it", select("beside", "Group beside it", shown.length > 1 ? String(second) : "",
              [["", "none"], ...groupChoices(answer).filter((_, place) => place !== main)], (value) => {
                beside = value ? names[Number(value)] : "";
                again();
              })))
        : null,
      h("div", { class: "bh-pair" }, parts),
      ways,
      h("details", {
        class: "bh-part",
        open: isMatrixOpen,
        ontoggle: (event: Event) => {
          const isOpen = (event.target as HTMLDetailsElement).open;
          if (isOpen && !isMatrixOpen && !isMatrixAsked) void fillMatrix();
          isMatrixOpen = isOpen;
        },
      }, h("summary", { "data-key": "matrix" }, "What follows what, at any step"), matrix),
      h("p", { class: "bh-rule" }, answer.rule),
    ];
  }

  /** Make the chart of a group; of later groups the flows are asked for. */
  function part(around: Frame, answer: Answer, group: Group, place: number): HTMLElement {
    const name = nameOf(group);
    const spot = h("div", { class: "bh-chart-place" });
    const section: HTMLElement = h(
      "div",
      { role: "group", class: "bh-group", "aria-label": name ? `Flows of ${name}` : "Flows" },
      name ? h("h4", {}, `${name} · ${plural(group.count, answer.unit)}`) : null,
      spot,
    );
    const people = (pick: Record<string, unknown>, title: string) =>
      void showPeople(question, around, spot, { ...group.pick, ...pick }, `${title}${ofGroup(name)}`);
    const show = (flows: Flows) => {
      if (flows.nodes.step.length === 0) {
        replace(spot, h("p", { class: "bh-advice" }, "No path of this group lies in this range."));
        return;
      }
      const chart = flowChart({
        key: `chart-${place}`,
        label: name ? `Flows from step to step of ${name}` : "Flows from step to step",
        flows,
        names: answer.names,
        unit: answer.unit,
        room: answer.groups.length > 1 ? 0 : room,
        onroom: (width) => (room = width),
        onnode: (node, mark) => menu(around, answer, node, mark, people),
        onflow: (flow: Flow) => people(
          { step: flow.source.step, source: flow.source.name, target: flow.target.name },
          flowWords(flow, answer.unit).split(":")[0],
        ),
      });
      charts.push(chart);
      replace(spot, chart.element);
    };
    if (answer.flows[place]) show(answer.flows[place]);
    else {
      replace(spot, h("p", { class: "bh-quiet" }, "Drawing …"));
      const fill = async () => {
        const found = await question.request("flows", { picks: [group.pick] }, `${around.view} ${place}`, owe(answer, () => void fill()));
        if (found.error) replace(spot, h("p", { class: "bh-error" }, found.error));
        else show(found.flows[0]);
      };
      void fill();
    }
    return section;
  }

  function menu(
    around: Frame,
    answer: Answer,
    node: Node,
    mark: Element,
    people: (pick: Record<string, unknown>, title: string) => void,
  ): void {
    const title = nodeWords(node, answer.unit);
    openMenu(around.root, mark, title, [
      { words: "Show the users", onpick: () => people({ step: node.step, node: node.name }, title.split(":")[0]) },
      ...choices(question.draft, node, question.catalog.events).map(({ words, edit }) => ({
        words,
        onpick: () => {
          acted = true;
          question.change(edit);
          around.announce(words);
        },
      })),
    ]);
  }

  function wayTable(around: Frame, below: HTMLElement, pick: Record<string, string>, name: string, ways: Way[]): HTMLElement {
    return h(
      "table",
      { class: "bh-ways" },
      h("caption", { class: name ? "" : "bh-unseen" }, name || "Whole ways by frequency"),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "way"), h("th", { scope: "col", class: "bh-wide" }, h("span", { class: "bh-unseen" }, "share")),
        h("th", { scope: "col", class: "bh-figure" }, "sequences"), h("th", { scope: "col", class: "bh-figure" }, "of all"))),
      h("tbody", {}, ways.map(({ sequence, count, share }) => {
        const way = sequence.join(" → ");
        const show = () => void showPeople(question, around, below, { ...pick, sequence }, `${way}${ofGroup(name)}`);
        return h(
          "tr",
          {},
          h("th", { scope: "row" }, h("button", {
            type: "button",
            class: "bh-way",
            "aria-label": `${way}: ${plural(count, "sequence")}, ${percent(share)} of all. Show their users.`,
            onclick: show,
          }, sequence.map((one, place) => [place ? h("span", { class: "bh-arrow", "aria-hidden": "true" }, " → ") : null, one]))),
          h("td", { class: "bh-wide bh-way-bar", onclick: show }, h("div", { class: "bh-track" },
            h("span", { class: "bh-way-share", style: `width:${100 * share}%` }))),
          h("td", { class: "bh-figure" }, h("b", {}, number(count))),
          h("td", { class: "bh-figure" }, percent(share)),
        );
      })),
    );
  }

  return { draw, close };
}

const groupChoices = (answer: Answer): [string, string][] =>
  answer.groups.map((group, place) => [String(place), `${nameOf(group)} (${number(group.count)})`]);

/** The node that was acted on may be gone: then the focus goes to the first one. */
function refocus(around: Frame): void {
  const active = (around.root.getRootNode() as Document).activeElement;
  if (!around.root.contains(active)) {
    around.answer.querySelector<SVGElement>('.bh-flows [tabindex="0"]')?.focus();
  }
}
