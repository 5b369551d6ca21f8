// Lines over periods: values with their intervals, points that are reached by mouse and by keys.

import { h, replace, svg } from "./elements";
import { interval, number, percent } from "./words";

type Maybe = number | null;

export interface Line {
  name: string;
  colour: string;
  /** Starts of periods as ISO text, in the log's time zone. */
  period: string[];
  value: Maybe[];
  low?: Maybe[];
  high?: Maybe[];
  complete: boolean[];
  /** What is said of a point beside its value. */
  note?: string[];
  /** Something to compare with: dashed, pale, and not to be picked. */
  faded?: boolean;
}

/** What numbers are, where they are no rates. */
export interface Numbers {
  /** Writes a value. */
  format?: (value: number) => string;
  /** Writes a value at the axis. */
  tick?: (value: number) => string;
  /** Does what a click on a point, or Enter, shall do. */
  onpick?: (line: Line, place: number) => void;
  /** Keeps the focus on the chart when it is drawn anew. */
  key?: string;
  height?: number;
}

interface At {
  line: number;
  period: number;
}

const MARGIN = { left: 52, right: 14, top: 12, bottom: 26 };
const LABEL = 76;
const DOTS = 60;
const THIN = 400;

/** Draw lines of rates, or of the numbers that `given` says; what is not over is dashed. */
export function lines(all: Line[], label: string, given: Numbers = {}): HTMLElement {
  const format = given.format ?? ((value) => percent(value));
  const periods = [...new Set(all.flatMap((one) => one.period))].sort(
    (one, other) => Date.parse(one) - Date.parse(other),
  );
  const at = new Map(periods.map((period, place) => [period, place]));
  const names = periodNames(periods);
  /** For each line, the place in it of each period. */
  const places = all.map((one) => {
    const found: (number | undefined)[] = new Array(periods.length);
    one.period.forEach((period, place) => (found[at.get(period)!] = place));
    return found;
  });
  const scale = scaleOf(all, given.format === undefined);
  const tick = given.tick ?? given.format ?? ((value) => percent(value, scale.step >= 0.01 ? 0 : 1));
  const drawing = h("div");
  const tip = h("div", { class: "bh-tip", hidden: true, "aria-hidden": "true" });
  const figure = h("figure", { class: "bh-lines" }, drawing, tip);
  let width = 720;
  let here: At | null = null;

  const valueAt = ({ line, period }: At): Maybe => {
    const place = places[line][period];
    return place === undefined ? null : all[line].value[place];
  };
  const said = ({ line, period }: At): string => {
    const one = all[line];
    const place = places[line][period]!;
    const low = one.low?.[place] ?? null;
    return [
      one.name,
      format(one.value[place]!) + (low === null ? "" : ` (95 %: ${interval(low, one.high?.[place])})`),
      one.note?.[place] ?? "",
      one.complete[place] ? "" : "not over yet",
    ].filter(Boolean).join(", ");
  };

  function draw(): void {
    const height = given.height ?? 240;
    const inner = width - MARGIN.left - MARGIN.right;
    const x = (period: number) =>
      MARGIN.left + (periods.length > 1 ? (inner * period) / (periods.length - 1) : inner / 2);
    const y = (value: number) =>
      MARGIN.top + (height - MARGIN.top - MARGIN.bottom) * ((scale.high - value) / (scale.high - scale.low));
    const every = Math.max(1, Math.ceil(periods.length / Math.max(1, Math.floor(inner / LABEL))));
    const cursor = svg("g");
    const rule = svg("line", { class: "bh-cursor", y1: MARGIN.top, y2: height - MARGIN.bottom, visibility: "hidden" });

    const drawn = all.map((one, line) => {
      const points = periods.map((_, period) => valueAt({ line, period }));
      const solid: string[] = [];
      const open: string[] = [];
      const dots: SVGElement[] = [];
      points.forEach((value, period) => {
        if (value === null) return;
        const place = places[line][period]!;
        const before = points[period - 1] ?? null;
        if (before !== null) {
          const piece = `M${x(period - 1)},${y(before)}L${x(period)},${y(value)}`;
          (one.complete[place] && !one.faded ? solid : open).push(piece);
        }
        const alone = before === null && (points[period + 1] ?? null) === null;
        if ((periods.length <= DOTS && !one.faded) || alone) {
          dots.push(svg("circle", {
            cx: x(period), cy: y(value), r: 3, class: "bh-point",
            fill: one.complete[place] ? one.colour : "var(--bh-back)", stroke: one.colour,
          }));
        }
      });
      const stroke = { stroke: one.colour, class: ["bh-line", one.faded ? "bh-faded" : "", periods.length > THIN ? "bh-thin" : ""].join(" ").trim() };
      return svg("g", { "aria-hidden": "true" },
        band(one, places[line], x, (value) => y(Math.min(scale.high, value))),
        svg("path", { ...stroke, d: solid.join("") }),
        svg("path", { ...stroke, d: open.join(""), "stroke-dasharray": "4 4" }),
        dots);
    });

    // One point can be reached by Tab; the arrow keys move from point to point.
    const mark = (to: At, focus: boolean) => {
      here = to;
      const value = valueAt(to)!;
      const point = svg("circle", {
        cx: x(to.period), cy: y(value), r: 5, class: "bh-marked", tabindex: "0",
        fill: all[to.line].colour,
        role: given.onpick && !all[to.line].faded ? "button" : "img",
        "data-key": given.key ?? false,
        "data-at": nameOf(to),
        onrestore: (event: CustomEvent<string>) => {
          const same = find(event.detail);
          if (same) mark(same, true);
        },
        "aria-label": `${names.long[to.period]}: ${said(to)}`,
        onfocus: () => show(to.period),
        onblur: () => show(null),
        onkeydown: (event: KeyboardEvent) => press(event, to),
      });
      const old = cursor.firstElementChild as SVGElement | null;
      cursor.append(point);
      if (focus) point.focus({ preventScroll: true });
      old?.remove();
    };
    const press = (event: KeyboardEvent, from: At) => {
      const to = {
        ArrowLeft: () => along(from, -1), ArrowRight: () => along(from, 1),
        ArrowUp: () => across(from, 1), ArrowDown: () => across(from, -1),
        Home: () => along({ ...from, period: -1 }, 1), End: () => along({ ...from, period: periods.length }, -1),
      }[event.key];
      if (to) {
        event.preventDefault();
        const found = to();
        if (found) mark(found, true);
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        pick(from);
      }
    };
    const along = (from: At, by: number): At | null => {
      for (let period = from.period + by; period >= 0 && period < periods.length; period += by) {
        if (valueAt({ ...from, period }) !== null) return { ...from, period };
      }
      return null;
    };
    /** The next higher, or lower, point of the period. */
    const across = (from: At, by: number): At | null => {
      const order = all
        .map((_, line) => ({ line, period: from.period }))
        .filter((one) => valueAt(one) !== null)
        .sort((one, other) => valueAt(one)! - valueAt(other)! || one.line - other.line);
      return order[order.findIndex((one) => one.line === from.line) + by] ?? null;
    };
    const pick = (to: At) => {
      if (!all[to.line].faded) given.onpick?.(all[to.line], places[to.line][to.period]!);
    };
    const show = (period: number | null) => {
      tip.toggleAttribute("hidden", period === null);
      rule.setAttribute("visibility", period === null ? "hidden" : "visible");
      if (period === null) return;
      rule.setAttribute("x1", String(x(period)));
      rule.setAttribute("x2", String(x(period)));
      const shown = all
        .map((_, line) => ({ line, period }))
        .filter((one) => valueAt(one) !== null)
        .sort((one, other) => valueAt(other)! - valueAt(one)!);
      replace(tip, h("strong", {}, names.long[period]), shown.map((one) =>
        h("div", {}, h("span", { class: all[one.line].faded ? "bh-swatch bh-faded" : "bh-swatch", style: `background:${all[one.line].colour}` }), said(one))));
      const left = x(period) < width / 2;
      tip.style.left = left ? `${x(period) + 10}px` : "auto";
      tip.style.right = left ? "auto" : `${width - x(period) + 10}px`;
    };
    const nearest = (event: PointerEvent | MouseEvent): At | null => {
      const box = image.getBoundingClientRect();
      const share = (event.clientX - box.left - MARGIN.left) / inner;
      const period = Math.max(0, Math.min(periods.length - 1, Math.round(share * (periods.length - 1))));
      const away = (one: At) => Math.abs(y(valueAt(one)!) - (event.clientY - box.top));
      const [found] = all
        .map((_, line) => ({ line, period }))
        .filter((one) => valueAt(one) !== null)
        .sort((one, other) => away(one) - away(other));
      return found ?? null;
    };

    const image = svg(
      "svg",
      {
        viewBox: `0 0 ${width} ${height}`,
        class: given.onpick ? "bh-pickable" : null,
        role: "group",
        "aria-label": `${label}. Arrow keys go from point to point${given.onpick ? ", Enter shows the users" : ""}.`,
        onpointermove: (event: PointerEvent) => show(nearest(event)?.period ?? null),
        onpointerleave: () => show(null),
        onclick: (event: MouseEvent) => {
          const to = nearest(event);
          if (!to) return;
          mark(to, true);
          pick(to);
        },
      },
      svg("g", { "aria-hidden": "true" },
        scale.ticks.map((value) => [
          svg("line", { class: value === 0 ? "bh-grid bh-zero" : "bh-grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) }),
          svg("text", { class: "bh-tick", x: MARGIN.left - 8, y: y(value) + 4, "text-anchor": "end" }, tick(value)),
        ]),
        periods.map((_, period) =>
          period % every
            ? null
            : svg("text", {
                class: "bh-tick", x: x(period), y: height - 6,
                "text-anchor": x(period) > width - 34 ? "end" : "middle",
              }, names.short[period])),
        rule),
      drawn,
      cursor,
    );
    const isFocused = drawing.contains((drawing.getRootNode() as Document).activeElement);
    replace(drawing, image);
    const known = here && valueAt(here) !== null ? here : lastOf();
    if (known) mark(known, isFocused);
  }

  /** What a point is called, in this drawing and in the next one. */
  function nameOf({ line, period }: At): string {
    return `${periods[period]} ${all[line].name}`;
  }

  function find(name: string): At | null {
    const found = all
      .flatMap((_, line) => periods.map((_, period) => ({ line, period })))
      .find((one) => nameOf(one) === name);
    return found && valueAt(found) !== null ? found : null;
  }

  function lastOf(): At | null {
    for (let period = periods.length - 1; period >= 0; period -= 1) {
      const line = all.findIndex((one, place) => !one.faded && valueAt({ line: place, period }) !== null);
      if (line >= 0) return { line, period };
    }
    return null;
  }

  draw();
  // Text stays as large as it is, however wide the widget.
  new ResizeObserver(() => {
    const found = Math.round(figure.clientWidth);
    if (!found || found === width) return;
    width = found;
    draw();
  }).observe(figure);
  return figure;
}

/** The interval of a line, in pieces where there is none in between. */
function band(
  one: Line,
  places: (number | undefined)[],
  x: (period: number) => number,
  y: (value: number) => number,
): SVGElement[] {
  const pieces: SVGElement[] = [];
  let upper: string[] = [];
  let lower: string[] = [];
  const end = () => {
    if (upper.length > 1) {
      pieces.push(svg("polygon", { points: [...upper, ...lower.reverse()].join(" "), fill: one.colour, opacity: 0.15 }));
    }
    upper = [];
    lower = [];
  };
  places.forEach((place, period) => {
    const low = place === undefined ? null : (one.low?.[place] ?? null);
    const high = place === undefined ? null : (one.high?.[place] ?? null);
    if (low === null || high === null) return end();
    upper.push(`${x(period)},${y(high)}`);
    lower.push(`${x(period)},${y(low)}`);
  });
  end();
  return pieces;
}

interface Scale {
  low: number;
  high: number;
  step: number;
  ticks: number[];
}

/** Round numbers from 0, or from below it, past all values; rates end at 1. */
function scaleOf(all: Line[], rates: boolean): Scale {
  const values = all.flatMap((one) => [...one.value, ...(one.high ?? [])]).filter((value) => value !== null);
  return niceScale(Math.min(0, ...values), Math.max(0, ...values), rates);
}

export function niceScale(least: number, highest: number, rates = false): Scale {
  const most = highest > least ? highest : least + (rates ? 0.01 : 1);
  const span = Math.max(most - least, rates ? 0.01 : 0);
  const size = 10 ** Math.floor(Math.log10(span / 4));
  const step = size * ([1, 2, 5, 10].find((one) => span / (one * size) <= 6) ?? 10);
  const low = Math.floor(least / step + 1e-9) * step;
  let high = Math.max(low + step, Math.ceil(most / step - 1e-9) * step);
  if (rates && most <= 1) high = Math.min(1, high);
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, place) => +(low + place * step).toPrecision(12));
  return { low, high, step, ticks: ticks.filter((tick) => tick <= high) };
}

/** A number in a few characters, for an axis. */
export function compact(value: number): string {
  if (Math.abs(value) < 10_000) return number(value);
  return value.toLocaleString("en-US", { notation: "compact", maximumFractionDigits: 1 });
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * The names of periods: short ones for an axis, long ones for a sentence. The text is what the
 * log's clock shows, whatever the browser's; of two equal ones the offsets are told.
 */
export function periodNames(periods: string[]): { short: string[]; long: string[] } {
  const parts = periods.map((period) => ({
    year: period.slice(0, 4), month: MONTHS[Number(period.slice(5, 7)) - 1],
    day: String(Number(period.slice(8, 10))), date: period.slice(0, 10), time: period.slice(11, 16),
  }));
  const months = parts.length > 1 && parts.every(({ day, time }) => day === "1" && time === "00:00");
  const days = parts.every(({ time }) => time === "00:00");
  const long = parts.map(({ date, time, year, month }, place) => {
    if (months) return `${month} ${year}`;
    if (days) return date;
    const same = parts.filter((one) => one.date === date && one.time === time).length > 1;
    return `${date} ${time}${same ? ` ${periods[place].slice(19)}` : ""}`;
  });
  const years = parts.length ? Number(parts[parts.length - 1].year) - Number(parts[0].year) : 0;
  const short = parts.map(({ year, month, day, time }) =>
    months || (days && years > 1) ? `${month} ${year}` : !days ? `${day} ${month} ${time}` : years ? `${day} ${month} ${year.slice(2)}` : `${day} ${month}`);
  return { short, long };
}
