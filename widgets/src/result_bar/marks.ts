// Clicks on the marks of a chart and on the cells of a table.

import type { Requests } from "../shared/requests";
import type { Outputs } from "./outputs";

export type Pick = Record<string, unknown>;

export interface Picked {
  pick: Pick;
  /** Who they are. */
  title: string;
}

type Show = (picked: Picked) => void;

/** Plotly's graph, as far as it is used. */
interface Graph extends HTMLElement {
  _ev?: unknown;
  on?(event: "plotly_click", listener: (event: { points: Point[] }) => void): void;
}

interface Point {
  customdata?: { words?: string; pick?: Pick } | Pick | null;
  hovertext?: string;
}

/** Listen to clicks; the function returned ends it. */
export function listen(outputs: Outputs, asker: Requests, show: Show): () => void {
  const ends = [listenToChart(outputs.chart, show), listenToTable(outputs.table, asker, show)];
  return () => ends.forEach((end) => end());
}

function listenToChart(chart: HTMLElement, show: Show): () => void {
  let known: unknown;
  let closed = false;
  // Plotly comes late, and forgets its listeners where it draws anew.
  const attach = () => {
    const graph = chart.querySelector<Graph>(".js-plotly-plot");
    if (closed || !graph?.on || graph._ev === known) return;
    known = graph._ev;
    graph.on("plotly_click", ({ points }) => {
      const picked = !closed && points.length > 0 && pickedBy(points[0]);
      if (picked) show(picked);
    });
  };
  const watch = new MutationObserver(attach);
  watch.observe(chart, { childList: true, subtree: true });
  attach();
  return () => {
    closed = true;
    watch.disconnect();
  };
}

function pickedBy(point: Point): Picked | null {
  const data = point.customdata;
  if (!data) return null;
  const isFlow = "words" in data && "pick" in data;
  const words = isFlow ? (data.words as string) : (point.hovertext ?? "");
  return { pick: (isFlow ? data.pick : data) as Pick, title: titleOf(words) };
}

const COUNT = /^[\d\u202f]+ (users|attempts|sessions|sequences)\b ?/;

/** The first two lines of what is shown where the mouse rests, without how many they are. */
function titleOf(markup: string): string {
  return markup
    .split("<br>")
    .slice(0, 2)
    .map((line) => new DOMParser().parseFromString(line, "text/html").body.textContent ?? "")
    .map((line) => line.replace(COUNT, "").replace(/^\(.*\)$/, ""))
    .filter(Boolean)
    .join(" · ");
}

function listenToTable(output: HTMLElement, asker: Requests, show: Show): () => void {
  const picks = new Map<Element, Pick>();
  const click = (event: Event) => {
    const cell = (event.target as Element).closest("td");
    const pick = cell && picks.get(cell);
    if (pick) show({ pick, title: cell.title });
  };
  // Which cells have users is asked for where a mouse comes near.
  const ask = async () => {
    const found: { tables: [number, number, Pick][][] } = await asker.request("cells", {}, "");
    output.querySelectorAll("table").forEach((table, place) => {
      const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent ?? "");
      for (const [row, column, pick] of found.tables[place] ?? []) {
        const cell = table.tBodies[0]?.rows[row]?.cells[column];
        if (!cell) continue;
        const names = [...table.tBodies[0].rows[row].cells].slice(0, firstNumber(table));
        cell.title = [...names.map((one) => one.textContent), heads[column]].join(" · ");
        cell.classList.add("bh-picked-by");
        picks.set(cell, pick);
      }
    });
  };
  const begin = () => void ask();
  output.addEventListener("mouseenter", begin, { once: true });
  output.addEventListener("click", click);
  return () => {
    output.removeEventListener("mouseenter", begin);
    output.removeEventListener("click", click);
    for (const cell of picks.keys()) cell.classList.remove("bh-picked-by");
  };
}

/** How many columns hold names: those before the first one set to the right. */
function firstNumber(table: HTMLTableElement): number {
  const heads = [...table.querySelectorAll<HTMLElement>("thead th")];
  const found = heads.findIndex((head) => head.style.textAlign === "right");
  return found < 0 ? heads.length : found;
}
