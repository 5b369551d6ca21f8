// The colours of rates: cividis, as SEQUENTIAL of behavio_jupyter/result/charts/theme.py.

const STOPS = [
  [0x00, 0x20, 0x4d], [0x41, 0x4d, 0x6b], [0x7c, 0x7b, 0x78], [0xbc, 0xae, 0x6c], [0xff, 0xea, 0x46],
];

export const GRADIENT = `linear-gradient(90deg, ${STOPS.map((stop) => `rgb(${stop})`).join(", ")})`;

/** The style of a cell: its colour, and black or white on it, whichever is read better. */
export function painted(share: number): string {
  const place = Math.max(0, Math.min(1, share)) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(place));
  const colour = STOPS[low].map((from, channel) =>
    Math.round(from + (place - low) * (STOPS[low + 1][channel] - from)));
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  // At this lightness black and white have the same contrast, 4.58.
  return `background:rgb(${colour});color:${light > 0.179 ? "#000" : "#fff"}`;
}
