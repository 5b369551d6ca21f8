// A table of rates by period: a grid that is walked by arrow keys, coloured by its rates.
//
// Of a long table only the rows around those in view are in the page.

import { h } from "../shared/elements";
import { interval, number, percent, plural } from "../shared/words";
import { GRADIENT, painted } from "./scale";
import { tip } from "./tip";

type Maybe = number | null;

export interface Row {
  name: string;
  /** Users in it, all periods alike. */
  size: number;
  /** Users of each period, where cohorts that are not over in it are left out. */
  sizes: number[];
  counted: number[];
  rate: Maybe[];
  low: Maybe[];
  high: Maybe[];
  isAverage: boolean;
  pick: Record<string, unknown>;
}

export interface Cells {
  label: string;
  /** What a row is. */
  head: string;
  spans: string[];
  /** A period in words. */
  period: (place: number) => string;
  word: string;
  unit: string;
  rows: Row[];
  onpick: (row: Row, place: number) => void;
}

const FEW = 30;
const DRAWN = 44;

/** What is told of a cell, line by line. */
export function linesOf(cells: Pick<Cells, "period" | "word" | "unit">, row: Row, place: number): string[] {
  const head = `${row.name} · ${cells.period(place)}`;
  const counted = `${number(row.counted[place])} of ${plural(row.sizes[place], cells.unit)} ${cells.word}`;
  if (row.rate[place] !== null) {
    return [head, `${percent(row.rate[place])} ${cells.word}`, `95 % interval ${interval(row.low[place], row.high[place])}`, counted];
  }
  return row.isAverage ? [head, "not over yet for any cohort"] : [head, "not over yet", `${counted} so far`];
}

/** Make the table. */
export function cellsTable(cells: Cells): HTMLElement {
  const { rows } = cells;
  const top = highest(rows);
  const box = tip();
  const averages = rows.filter(({ isAverage }) => isAverage).length;
  const made: HTMLElement[] = [];
  let active: [number, number] = [0, Math.min(1, cells.spans.length - 1)];
  let [from, to] = [averages, averages];
  let height = 25;

  const [above, below] = [0, 1].map(() => h("tr", { "aria-hidden": "true" }));
  const body = h("tbody", {}, rows.slice(0, averages).map((_, row) => rowAt(row)), above, below);
  const table = h(
    "table",
    {
      class: "bh-cells",
      role: "grid",
      "aria-label": cells.label,
      "aria-rowcount": rows.length + 1,
      "aria-colcount": cells.spans.length + 1,
      onclick: (event: Event) => at(event, choose),
      onkeydown: press,
      onfocusin: (event: Event) => at(event, tell),
      onfocusout: () => box.hide(),
      onpointerover: (event: PointerEvent) => {
        if (!at(event, show)) box.hide();
      },
      onpointerleave: () => box.hide(),
    },
    h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, h("span", { class: "bh-cohort" }, h("span", {}, cells.head), h("span", {}, `${cells.unit}s`))),
      cells.spans.map((span, place) => h("th", { scope: "col", "aria-label": cells.period(place) }, span)))),
    body,
  );

  /** The element of a row, made once. */
  function rowAt(place: number): HTMLElement {
    if (made[place]) return made[place];
    const row = rows[place];
    const line = h(
      "tr",
      { class: row.isAverage ? "bh-average" : "", "aria-rowindex": place + 2 },
      h("th", { scope: "row" }, h("span", { class: "bh-cohort" },
        h("span", { class: "bh-cohort-name" }, row.name),
        h("span", { class: "bh-size" }, number(row.size), row.size < FEW ? h("abbr", { title: `fewer than ${FEW} ${cells.unit}s` }, "*") : null))),
    );
    for (const rate of row.rate) {
      const cell = document.createElement("td");
      cell.tabIndex = -1;
      if (rate === null) {
        cell.className = "bh-open";
        cell.setAttribute("aria-label", "not over yet");
      } else {
        cell.style.cssText = painted(rate / top);
        cell.textContent = percent(rate);
      }
      line.append(cell);
    }
    return (made[place] = line);
  }

  /** Draw the rows from one on; those that stay are not touched, so the focus stays as well. */
  function draw(first: number): void {
    const before = from;
    const end = to;
    from = Math.max(averages, Math.min(first, rows.length - DRAWN));
    to = Math.min(rows.length, from + DRAWN);
    for (let row = before; row < end; row += 1) if (row < from || row >= to) made[row].remove();
    let next = above.nextElementSibling!;
    for (let row = from; row < to; row += 1) {
      if (rowAt(row) === next) next = next.nextElementSibling!;
      else next.before(rowAt(row));
    }
    above.style.height = `${(from - averages) * height}px`;
    below.style.height = `${(rows.length - to) * height}px`;
    if (!isDrawn(active[0])) rest([from, active[1]]);
  }

  const isDrawn = (row: number) => row < averages || (row >= from && row < to);

  /** Draw what is scrolled to. */
  function follow(): void {
    height = made[from + 1] ? made[from + 1].offsetTop - made[from].offsetTop : height;
    const first = averages + Math.floor(scroll.scrollTop / height);
    const last = Math.min(rows.length, first + Math.ceil(scroll.clientHeight / height));
    if (first < from || last > to) draw(first - Math.floor(DRAWN / 4));
  }

  const cellAt = ([row, place]: [number, number]) =>
    (isDrawn(row) ? made[row] : undefined)?.children[place + 1] as HTMLElement | undefined;

  function at(event: Event, act: (row: number, place: number, cell: HTMLElement) => void): boolean {
    const cell = (event.target as Element).closest("td");
    if (!cell) return false;
    const row = made.indexOf(cell.parentElement!);
    act(row, (cell as HTMLTableCellElement).cellIndex - 1, cell as HTMLElement);
    return true;
  }

  function show(row: number, place: number, cell: HTMLElement): void {
    box.show(linesOf(cells, rows[row], place), cell.getBoundingClientRect());
  }

  function tell(row: number, place: number, cell: HTMLElement): void {
    rest([row, place]);
    cell.setAttribute("aria-label", `${linesOf(cells, rows[row], place).join(", ")}. Enter shows them.`);
    if (cell.matches(":focus-visible")) show(row, place, cell);
  }

  function choose(row: number, place: number): void {
    rest([row, place]);
    cellAt(active)?.focus();
    cells.onpick(rows[row], place);
  }

  /** The one cell that Tab leads to. */
  function rest(next: [number, number]): void {
    const before = cellAt(active);
    if (before) {
      before.tabIndex = -1;
      delete before.dataset.key;
    }
    active = next;
    const cell = cellAt(active);
    if (cell) {
      cell.tabIndex = 0;
      cell.dataset.key = "cell";
    }
  }

  function press(event: KeyboardEvent): void {
    const [row, place] = active;
    const ends = event.ctrlKey || event.metaKey;
    const last = cells.spans.length - 1;
    const moves: Record<string, [number, number]> = {
      ArrowUp: [row - 1, place],
      ArrowDown: [row + 1, place],
      ArrowLeft: [row, place - 1],
      ArrowRight: [row, place + 1],
      PageUp: [Math.max(0, row - 10), place],
      PageDown: [Math.min(rows.length - 1, row + 10), place],
      Home: [ends ? 0 : row, 0],
      End: [ends ? rows.length - 1 : row, last],
    };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(row, place);
    } else if (event.key === "Escape") {
      box.hide();
    } else if (moves[event.key]) {
      event.preventDefault();
      const [to, at] = moves[event.key];
      if (!rows[to]) return;
      if (!isDrawn(to)) draw(to - Math.floor(DRAWN / 2));
      cellAt([to, at])?.focus();
    }
  }

  const scroll: HTMLElement = h("div", { class: "bh-scroll", onscroll: () => {
    follow();
    // The focus may have scrolled here; of a cell that the pointer has left nothing is told.
    const cell = cellAt(active);
    if (cell?.matches(":focus-visible")) show(...active, cell);
    else box.hide();
  } }, table);
  draw(averages);
  rest(active);
  return h("div", { class: "bh-tipped" }, scroll, key(cells, rows, top), box.element);
}

/** The rate at the bright end: of rows with enough users, and not of the start's own period. */
function highest(rows: Row[]): number {
  const trusted = rows.filter((row) => row.size >= FEW);
  const rates = (trusted.length ? trusted : rows).flatMap(({ rate }) => (rate.length > 1 ? rate.slice(1) : rate));
  return Math.max(...rates.map((rate) => rate ?? 0), 0) || 1;
}

function key(cells: Cells, rows: Row[], top: number): HTMLElement {
  const more = rows.some(({ rate }) => rate.some((one) => one !== null && one > top)) ? " or more" : "";
  return h(
    "div",
    { class: "bh-key" },
    h("span", {}, "0", h("span", { class: "bh-ramp", style: `background:${GRADIENT}` }), `${percent(top, top < 0.1 ? 1 : 0)}${more} ${cells.word}`),
    rows.some(({ rate }) => rate.includes(null)) ? h("span", {}, h("span", { class: "bh-open bh-sample" }), "not over yet") : null,
    rows.some(({ size }) => size < FEW) ? h("span", {}, `* fewer than ${FEW} ${cells.unit}s`) : null,
  );
}
