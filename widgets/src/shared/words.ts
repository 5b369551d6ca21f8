// Numbers, rates and spans of time as people read them; as behavio_jupyter/result/wording.py does.

const THIN = "\u202f";
export const MISSING = "–";

type Maybe = number | null | undefined;

const MOST_DECIMALS = 6;
// Made once: to make one takes longer than to draw what it says. Halves go to the even one, as in Python.
const FORMATS = Array.from({ length: MOST_DECIMALS + 1 }, (_, decimals) => new Intl.NumberFormat("en-US", {
  minimumFractionDigits: decimals, maximumFractionDigits: decimals, roundingMode: "halfEven",
} as Intl.NumberFormatOptions));

/** A number with four digits, or with as many `decimals` as those that stand below it. */
export function number(value: Maybe, decimals?: number): string {
  if (value === null || value === undefined) return MISSING;
  const format = FORMATS[decimals ?? decimalsOf([value])];
  // Of a number, its shortest decimal text would be rounded: 7.45 is a little more than that.
  const exact = Number.isInteger(value) || !Number.isFinite(value) ? value + 0 : value.toFixed(30);
  const text = format.format(exact as number).replaceAll(",", THIN);
  return isZero(text) ? text.replace("-", "") : text;
}

/** Whether a number is written as 0: then it has no sign. */
export const isZero = (text: string): boolean => !/[1-9]/.test(text);

/**
 * How many decimals numbers below each other need: the largest has four digits, the smallest two,
 * unless all end in zeros.
 */
export function decimalsOf(values: Maybe[]): number {
  if (values.every((value) => !value || Number.isInteger(value))) return 0;
  const sizes = values.map((value) => Math.abs(value ?? 0)).filter((size) => size > 0 && Number.isFinite(size));
  if (!sizes.length) return 0;
  const [most, least] = [Math.max(...sizes), Math.min(...sizes)].map((size) => Math.floor(Math.log10(size)));
  let decimals = Math.min(MOST_DECIMALS, Math.max(0, 3 - most, 1 - least));
  const rounded = (size: number, to: number) => Number(size.toFixed(to));
  while (decimals && sizes.every((size) => rounded(size, decimals) === rounded(size, decimals - 1))) decimals -= 1;
  return decimals;
}

export function percent(value: Maybe, digits = 1): string {
  return value === null || value === undefined
    ? MISSING
    : `${digits === 1 ? tenths(value * 100) : (value * 100).toFixed(digits)}${THIN}%`;
}

/** With one decimal; halves go to the even one, as in Python's tables. */
function tenths(value: number): string {
  // The only halves of a tenth that binary numbers have are quarters.
  const isHalf = Math.abs((value * 4) % 4) === 1;
  return (isHalf ? value - 0.05 * Math.sign(value) : value).toFixed(1);
}

/** What stands behind words about one of several groups; "(none)" has its brackets already. */
export function ofGroup(name: string): string {
  if (!name) return "";
  return name.startsWith("(") ? ` ${name}` : ` (${name})`;
}

export function interval(low: Maybe, high: Maybe): string {
  if (low === null || low === undefined || high === null || high === undefined) return MISSING;
  return `${tenths(low * 100)}–${tenths(high * 100)}${THIN}%`;
}

export function points(value: Maybe): string {
  if (value === null || value === undefined) return MISSING;
  const text = tenths(value * 100).replace("-", "−");
  return `${value > 0 ? "+" : ""}${text}${THIN}pp`;
}

const UNITS: [string, number][] = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]];

/** A span of time in its two largest units. */
export function duration(seconds: Maybe): string {
  if (seconds === null || seconds === undefined) return MISSING;
  if (seconds > 0 && seconds < 1) return `${Number(seconds.toPrecision(2))}${THIN}s`;
  let largest = UNITS.findIndex(([, size]) => seconds >= size);
  if (largest < 0) largest = UNITS.length - 1;
  const unit = UNITS[Math.min(largest + 1, UNITS.length - 1)][1];
  let left = Math.floor(seconds / unit + 0.5) * unit;
  if (largest > 0 && left >= UNITS[largest - 1][1]) largest -= 1;
  const parts: string[] = [];
  for (const [name, size] of UNITS.slice(largest, largest + 2)) {
    const whole = Math.floor(left / size);
    left -= whole * size;
    if (whole) parts.push(`${whole}${THIN}${name}`);
  }
  return parts.join(" ") || `0${THIN}s`;
}

export function plural(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** What a widget on an empty log says. */
export const noEvents = (so: string): string =>
  `This log has no events, so ${so}. Open another one: %behavio connect and a file or a DataFrame.`;
