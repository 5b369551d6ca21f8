// Curves of rates with their intervals, over periods or over time.

import { h, replace, svg } from "../shared/elements";
import { percent } from "../shared/words";
import { tip } from "./tip";

type Maybe = number | null;

export interface Curve {
  name: string;
  colour: string;
  x: number[];
  value: Maybe[];
  low: Maybe[];
  high: Maybe[];
  /** What is told of a point. */
  lines: (place: number) => string[];
  onpick?: (place: number) => void;
}

export interface Curves {
  label: string;
  /** What is below the axis. */
  axis: string;
  ticks: { x: number; text: string }[];
  /** A value holds until the next one. */
  isStair: boolean;
  all: Curve[];
}

const HEIGHT = 260;
const MARGIN = { left: 46, right: 14, top: 10, bottom: 42 };
const NEAR = 24;

interface Spot {
  curve: Curve;
  place: number;
  x: number;
  y: number;
}

/** Draw curves, as wide as there is room. */
export function curves(given: Curves): HTMLElement {
  const box = tip();
  const figure = h("figure", { class: "bh-curves" });
  let width = 0;
  new ResizeObserver(() => {
    if (figure.clientWidth && figure.clientWidth !== width) {
      width = figure.clientWidth;
      replace(figure, drawing(given, width, box));
    }
  }).observe(figure);
  return h("div", { class: "bh-tipped" }, figure, box.element);
}

function drawing(given: Curves, width: number, box: ReturnType<typeof tip>): SVGElement {
  const highest = Math.max(0.001, ...given.all.flatMap((one) => [...one.high, ...one.value].map((value) => value ?? 0)));
  const step = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25].find((one) => highest / one <= 5) ?? 0.25;
  const top = Math.min(1, Math.ceil(highest / step - 1e-9) * step);
  const last = Math.max(1, ...given.all.flatMap(({ x }) => x));
  const x = (value: number) => MARGIN.left + ((width - MARGIN.left - MARGIN.right) * value) / last;
  const y = (value: number) => MARGIN.top + (HEIGHT - MARGIN.top - MARGIN.bottom) * (1 - Math.min(value, top) / top);
  const levels = Array.from({ length: Math.round(top / step) + 1 }, (_, place) => place * step);
  const room = Math.max(1, Math.floor((width - MARGIN.left - MARGIN.right) / 38));
  const every = Math.ceil(given.ticks.length / room);
  const spots: Spot[] = given.all.flatMap((curve) =>
    curve.x.flatMap((at, place) => {
      const value = curve.value[place];
      return value === null ? [] : [{ curve, place, x: x(at), y: y(value) }];
    }));
  const mark = svg("circle", { r: 6, class: "bh-mark", visibility: "hidden" });

  const near = (event: PointerEvent | MouseEvent): Spot | null => {
    const { left, top: above } = drawn.getBoundingClientRect();
    const [px, py] = [event.clientX - left, event.clientY - above];
    const far = (spot: Spot) => Math.hypot(spot.x - px, spot.y - py);
    const best = spots.reduce<Spot | null>((one, other) => (one && far(one) <= far(other) ? one : other), null);
    return best && far(best) <= NEAR ? best : null;
  };
  const hide = () => {
    mark.setAttribute("visibility", "hidden");
    box.hide();
  };
  const drawn: SVGElement = svg(
    "svg",
    {
      viewBox: `0 0 ${width} ${HEIGHT}`,
      width,
      height: HEIGHT,
      role: "img",
      "aria-label": given.label,
      onpointermove: (event: PointerEvent) => {
        const spot = near(event);
        drawn.style.cursor = spot?.curve.onpick ? "pointer" : "";
        if (!spot) return hide();
        const { left, top: above } = drawn.getBoundingClientRect();
        mark.setAttribute("cx", String(spot.x));
        mark.setAttribute("cy", String(spot.y));
        mark.setAttribute("stroke", spot.curve.colour);
        mark.setAttribute("visibility", "visible");
        const at = { left: left + spot.x, top: above + spot.y - 4 };
        box.show(spot.curve.lines(spot.place), { ...at, right: at.left, bottom: at.top + 8 });
      },
      onpointerleave: hide,
      onclick: (event: MouseEvent) => {
        const spot = near(event);
        spot?.curve.onpick?.(spot.place);
      },
    },
    levels.map((level) => [
      svg("line", { class: "bh-grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(level), y2: y(level) }),
      svg("text", { class: "bh-tick", x: MARGIN.left - 6, y: y(level) + 4, "text-anchor": "end" }, percent(level, step < 0.01 ? 1 : 0)),
    ]),
    given.ticks.flatMap((tick, place) =>
      place % every
        ? []
        : svg("text", { class: "bh-tick", x: x(tick.x), y: HEIGHT - 24, "text-anchor": "middle" }, tick.text)),
    svg("text", { class: "bh-tick", x: width - MARGIN.right, y: HEIGHT - 6, "text-anchor": "end" }, given.axis),
    given.all.map((curve) => oneCurve(curve, x, y, given.isStair)),
    mark,
  );
  return drawn;
}

function oneCurve(
  curve: Curve,
  x: (value: number) => number,
  y: (value: number) => number,
  isStair: boolean,
): SVGElement[] {
  const path = (values: Maybe[]): [number, number][] => {
    const points: [number, number][] = [];
    curve.x.forEach((at, place) => {
      const value = values[place];
      if (value === null || curve.value[place] === null) return;
      if (isStair && points.length) points.push([x(at), points[points.length - 1][1]]);
      points.push([x(at), y(value)]);
    });
    return points;
  };
  const text = (points: [number, number][]) => points.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join(" ");
  return [
    svg("polygon", { points: text([...path(curve.low), ...path(curve.high).reverse()]), fill: curve.colour, opacity: 0.2 }),
    svg("polyline", { class: "bh-line", points: text(path(curve.value)), stroke: curve.colour }),
    ...(isStair ? [] : path(curve.value).map(([cx, cy]) => svg("circle", { cx, cy, r: 3.5, fill: curve.colour }))),
  ];
}
