// The text of parts of a definition, which only the kernel can tell.

import type { Question } from "./question";

const known = new WeakMap<Question<any>, Map<string, string>>();

/** A part as one key, whoever wrote it: the kernel names what is not there, too. */
const keyOf = (part: unknown): string =>
  JSON.stringify(part, (_, value) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).filter(([, inside]) => inside !== null).sort())
      : value);

function textsOf(question: Question<any>): Map<string, string> {
  const texts = known.get(question) ?? new Map<string, string>();
  known.set(question, texts);
  return texts;
}

/**
 * Return the text of a part, wherever it stands in the draft: it may have moved there since the
 * kernel told it. Empty: the kernel told none.
 */
export function textOf(question: Question<any>, part: unknown): string {
  const { model } = question;
  const texts = textsOf(question);
  const whole = { series: model.get("expressions"), ...model.get("definition") };
  for (const [path, text] of Object.entries<string>(model.get("parts"))) {
    const found = path.split(".").reduce((inside: any, name) => inside?.[name], whole);
    if (found) texts.set(keyOf(found), text);
  }
  return texts.get(keyOf(part)) ?? "";
}

/** Keep the text that a part was read from. */
export function learn(question: Question<any>, part: unknown, text: string): void {
  textsOf(question).set(keyOf(part), text);
}
