// The colours of behavio_jupyter/result/charts/theme.py: they hold on white, on black, and for
// eyes that see fewer of them.

export const PALETTE = [
  "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999933", "#8A7CC9",
];
const MADE_UP = ["(other)", "(none)", "(exit)"];

/** The colour of each name, in order; made-up names are grey. */
export function colours(names: string[]): string[] {
  let real = 0;
  return names.map((name) =>
    MADE_UP.includes(name) ? "#8c8c8c" : PALETTE[real++ % PALETTE.length],
  );
}
