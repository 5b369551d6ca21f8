// Small charts: a histogram, a legend, and lines over time.

import { h } from "./elements";
import { duration, number } from "./words";

export { lines, type Line, type Numbers } from "./lines";

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

/** Name the colours of groups; with `toggled`, each is a button that switches its lines off. */
export function legend(
  names: string[],
  colours: string[],
  toggled?: { off: Set<string>; ontoggle: (name: string) => void },
): HTMLElement {
  const item = (name: string, place: number) => [
    h("span", { class: "bh-swatch", style: `background:${colours[place]}` }),
    name,
  ];
  return h(
    "ul",
    { class: "bh-legend", "aria-label": "Groups" },
    names.map((name, place) =>
      h(
        "li",
        {},
        toggled
          ? h(
              "button",
              {
                type: "button",
                class: "bh-legend-toggle",
                "data-key": `legend-${name}`,
                "aria-pressed": String(!toggled.off.has(name)),
                onclick: () => toggled.ontoggle(name),
              },
              item(name, place),
            )
          : item(name, place),
      ),
    ),
  );
}
