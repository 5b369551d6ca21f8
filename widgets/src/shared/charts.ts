// Small charts: a histogram, and lines over time with their intervals.

import { h, svg } from "./elements";
import { duration, interval, number, percent } from "./words";

/** Draw counts in equal bins of [0, end] seconds. */
export function histogram(counts: number[], end: number, colour: string, unit: string): HTMLElement {
  const most = Math.max(1, ...counts);
  const width = end / counts.length;
  return h(
    "figure",
    { class: "bh-histogram" },
    h(
      "div",
      { class: "bh-bins", role: "img", "aria-label": `Times to convert, from 0 to ${duration(end)}` },
      counts.map((count, place) =>
        h("span", {
          class: "bh-bin",
          style: `height:${(100 * count) / most}%;background:${colour}`,
          title: `${duration(place * width)} to ${duration((place + 1) * width)}: ${number(count)} ${unit}s`,
        }),
      ),
    ),
    h(
      "figcaption",
      { class: "bh-axis" },
      [0, 0.25, 0.5, 0.75, 1].map((share) => h("span", {}, share ? duration(share * end) : "0")),
    ),
  );
}

export interface Line {
  name: string;
  colour: string;
  period: string[];
  value: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  complete: boolean[];
  /** What is said of a point beside its rate. */
  note: string[];
}

const WIDTH = 720;
const HEIGHT = 240;
const MARGIN = { left: 48, right: 12, top: 10, bottom: 26 };

/** Draw rates by period; periods that are not over are dashed. */
export function lines(all: Line[], label: string): HTMLElement {
  const periods = [...new Set(all.flatMap((one) => one.period))].sort();
  const highest = Math.max(0.01, ...all.flatMap((one) => one.high.map((value) => value ?? 0)));
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5].find((one) => highest / one <= 5) ?? 0.5;
  const top = Math.min(1, Math.ceil(highest / step) * step);
  const inner = WIDTH - MARGIN.left - MARGIN.right;
  const x = (period: string) =>
    MARGIN.left + (inner * periods.indexOf(period)) / Math.max(1, periods.length - 1);
  const y = (value: number) =>
    MARGIN.top + (HEIGHT - MARGIN.top - MARGIN.bottom) * (1 - value / top);
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, place) => place * step);
  const every = Math.ceil(periods.length / 6);
  return h(
    "figure",
    { class: "bh-lines" },
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
      ticks.map((tick) => [
        svg("line", { class: "bh-grid", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(tick), y2: y(tick) }),
        svg("text", { class: "bh-tick", x: MARGIN.left - 8, y: y(tick) + 4, "text-anchor": "end" }, percent(tick, 0)),
      ]),
      periods.flatMap((period, place) =>
        place % every
          ? []
          : svg("text", { class: "bh-tick", x: x(period), y: HEIGHT - 6, "text-anchor": "middle" }, period.slice(0, 10)),
      ),
      all.map((one) => {
        const known = one.period.flatMap((period, place) => {
          const value = one.value[place];
          return value === null ? [] : [{ period, place, value }];
        });
        const bound = (values: (number | null)[]) =>
          known.map(({ period, place }) => `${x(period)},${y(Math.min(top, values[place] ?? 0))}`);
        const path = (points: typeof known) =>
          points.map(({ period, value }) => `${x(period)},${y(value)}`).join(" ");
        const open = known.findIndex(({ place }) => !one.complete[place]);
        const over = open < 0 ? known : known.slice(0, open);
        const rest = open < 0 ? [] : known.slice(Math.max(0, open - 1));
        return [
          svg("polygon", { points: [...bound(one.low), ...bound(one.high).reverse()].join(" "), fill: one.colour, opacity: 0.15 }),
          svg("polyline", { class: "bh-line", points: path(over), stroke: one.colour }),
          svg("polyline", { class: "bh-line", points: path(rest), stroke: one.colour, "stroke-dasharray": "4 4" }),
          known.map(({ period, place, value }) =>
            svg(
              "circle",
              { cx: x(period), cy: y(value), r: 3, fill: one.colour, class: "bh-point" },
              svg(
                "title",
                {},
                [one.name, period.slice(0, 10), `${percent(value)} (95 %: ${interval(one.low[place], one.high[place])})`,
                  one.note[place], one.complete[place] ? "" : "not over yet"].filter(Boolean).join("\n"),
              ),
            ),
          ),
        ];
      }),
    ),
  );
}

/** Name the colours of groups. */
export function legend(names: string[], colours: string[]): HTMLElement {
  return h(
    "ul",
    { class: "bh-legend", "aria-label": "Groups" },
    names.map((name, place) =>
      h("li", {}, h("span", { class: "bh-swatch", style: `background:${colours[place]}` }), name),
    ),
  );
}
