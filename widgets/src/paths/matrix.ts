// The transition matrix as a table: what follows what, whatever the step.

import { h } from "../shared/elements";
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

/** Make the table; a cell has the share of its row, and is the darker the larger it is. */
export function matrixTable(matrix: Matrix, group: string): HTMLElement {
  const cells = new Map(matrix.source.map((source, place) => [`${source} ${matrix.target[place]}`, place]));
  const label = `${group ? `${group}: s` : "S"}hare of what follows each event`;
  return h(
    "div",
    {},
    h("p", { class: "bh-quiet" }, `${label}; rows are what comes first, columns what follows.`,
      matrix.left > 0 ? ` The ${matrix.names.length} most frequent; ${plural(matrix.left, "more event")} in the result's matrix.` : ""),
    h(
      "div",
      { class: "bh-matrix-scroll", tabindex: "0", role: "region", "aria-label": `Transition matrix${group ? ` of ${group}` : ""}` },
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
            return h("td", {
              style: `--bh-share:${(100 * Math.sqrt(share) * 0.5).toFixed(1)}%`,
              title: `${name} → ${other}: ${number(matrix.count[place])}, ${percent(share)}`,
            }, share < 0.005 ? "<1" : (100 * share).toFixed(0));
          })))),
      ),
    ),
    h("p", { class: "bh-quiet" }, "Numbers are per cent of the row."),
  );
}
