// The transition matrix as a table: what follows what, whatever the step.

import { h, moveFocus } from "../shared/elements";
import { number, percent, plural } from "../shared/words";

export interface Matrix {
  names: string[];
  /** How many names are not shown. */
  left: number;
  source: number[];
  target: number[];
  count: number[];
  share: number[];
}

/**
 * Make the table; a cell has the share of its row, is the darker the larger it is, and is picked
 * by its two names.
 */
export function matrixTable(
  matrix: Matrix,
  group: string,
  onpick: (source: string, target: string) => void,
): HTMLElement {
  const cells = new Map(matrix.source.map((source, place) => [`${source} ${matrix.target[place]}`, place]));
  const label = `${group ? `${group}: s` : "S"}hare of what follows each event`;
  return h(
    "div",
    {},
    h("p", { class: "bh-quiet" }, `${label}; rows are what comes first, columns what follows.`,
      matrix.left > 0 ? ` The ${matrix.names.length} most frequent; ${plural(matrix.left, "more event")} in the result's matrix.` : ""),
    h(
      "div",
      { class: "bh-matrix-scroll", tabindex: "0", role: "group", "aria-label": `Transition matrix${group ? ` of ${group}` : ""}` },
      h(
        "table",
        { class: "bh-matrix" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span", { class: "bh-unseen" }, "event")),
          matrix.names.map((name) => h("th", { scope: "col", title: name }, h("span", {}, name))))),
        h("tbody", {}, matrix.names.map((name, row) =>
          h("tr", {}, h("th", { scope: "row", title: name }, name), matrix.names.map((other, column) => {
            const place = cells.get(`${row} ${column}`);
            if (place === undefined) return h("td", { class: "bh-never" }, "·");
            const share = matrix.share[place];
            const words = `${name} → ${other}: ${number(matrix.count[place])} times, ${percent(share)} of what follows`;
            return h("td", { style: `--bh-share:${(100 * Math.sqrt(share) * 0.5).toFixed(1)}%` },
              h("button", {
                type: "button", class: "bh-cell", title: words, "aria-label": `${words}. Show the users.`,
                tabindex: place === 0 ? "0" : "-1",
                onclick: () => onpick(name, other),
                onkeydown: walk,
              }, share < 0.005 ? "<1" : (100 * share).toFixed(0)));
          })))),
      ),
    ),
    h("p", { class: "bh-quiet" }, "Numbers are per cent of the row."),
  );
}

/** One cell can be reached by Tab; the arrow keys move to the next one that has a number. */
function walk(event: KeyboardEvent): void {
  const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!by) return;
  event.preventDefault();
  const button = event.currentTarget as HTMLElement;
  const cell = button.closest("td")!;
  const rows = cell.closest("tbody")!.rows;
  let row = cell.parentElement as HTMLTableRowElement | undefined;
  let [at, column] = [row!.sectionRowIndex + by[0], cell.cellIndex + by[1]];
  for (; (row = rows[at]) && column > 0 && row.cells[column]; at += by[0], column += by[1]) {
    const next = row.cells[column].querySelector("button");
    if (!next) continue;
    return moveFocus(button, next);
  }
}
