// The controls that widgets are built of.

import { combobox, type Option } from "./combobox";
import { h, iconButton, type Child } from "./elements";
import type { Property, Question } from "./question";
import { number } from "./words";

/** A control under its name. */
export function field(name: string, ...controls: Child[]): HTMLElement {
  return h("div", { class: "bh-field" }, h("span", { class: "bh-field-name" }, name), controls);
}

/** A list of a few choices. */
export function select(
  key: string,
  label: string,
  value: string,
  choices: [string, string][],
  onpick: (value: string) => void,
): HTMLElement {
  const element = h(
    "select",
    {
      class: "bh-input bh-select",
      "data-key": key,
      "aria-label": label,
      onchange: () => onpick(element.value),
    },
    choices.map(([choice, words]) =>
      h("option", { value: choice, selected: choice === value }, words),
    ),
  ) as HTMLSelectElement;
  return element;
}

/** A whole number; `onpick` is called while it is typed, where it is one. */
export function count(
  key: string,
  label: string,
  value: number,
  onpick: (value: number) => void,
): HTMLElement {
  return numeric(key, label, value, { min: 1, step: 1 }, (typed) => Number.isInteger(typed) && typed > 0, onpick);
}

/** A number of any size; `onpick` is called while it is typed, where it is one. */
export function real(
  key: string,
  label: string,
  value: number,
  onpick: (value: number) => void,
): HTMLElement {
  return numeric(key, label, value, { step: "any" }, Number.isFinite, onpick);
}

/** A field for numbers. What is none is marked while it stands, and gone when the field is left. */
function numeric(
  key: string,
  label: string,
  value: number,
  limits: Record<string, unknown>,
  isTaken: (typed: number) => boolean,
  onpick: (value: number) => void,
): HTMLElement {
  let taken = value;
  const element = h("input", {
    class: "bh-input bh-number",
    type: "number",
    ...limits,
    "data-key": key,
    "aria-label": label,
    value,
    oninput: () => {
      const typed = element.valueAsNumber;
      element.setAttribute("aria-invalid", String(!isTaken(typed)));
      if (isTaken(typed)) onpick((taken = typed));
    },
    onchange: () => {
      if (isTaken(element.valueAsNumber)) return;
      element.valueAsNumber = taken;
      element.removeAttribute("aria-invalid");
    },
  }) as HTMLInputElement;
  return element;
}

export interface Duration {
  amount: number;
  unit: "s" | "m" | "h" | "d" | "w" | "mo";
}

const UNITS: [Duration["unit"], string][] = [
  ["s", "seconds"], ["m", "minutes"], ["h", "hours"], ["d", "days"], ["w", "weeks"],
  ["mo", "months"],
];

/** A span of time: how many of which unit. */
export function span(
  key: string,
  label: string,
  value: Duration,
  onpick: (value: Duration, quiet: boolean) => void,
): HTMLElement {
  const now = { ...value };
  return h(
    "span",
    { class: "bh-row bh-span" },
    count(key, `${label}: how many`, value.amount, (amount) => {
      now.amount = amount;
      onpick({ ...now }, true);
    }),
    select(`${key}-unit`, `${label}: unit`, value.unit, UNITS, (unit) => {
      now.unit = unit as Duration["unit"];
      onpick({ ...now }, true);
    }),
  );
}

/** A line of text, taken when it is left or Enter is pressed. */
export function line(
  key: string,
  label: string,
  value: string,
  onpick: (value: string) => void,
  more: Record<string, unknown> = {},
): HTMLElement {
  const element = h("input", {
    class: "bh-input",
    type: "text",
    spellcheck: "false",
    "data-key": key,
    "aria-label": label,
    value,
    onchange: () => onpick(element.value),
    ...more,
  }) as HTMLInputElement;
  return element;
}

/**
 * A day; empty where it is cleared. What is typed is taken when the field is left or Enter is
 * pressed: on its way to 2021 a year is 2, and is one already. The field shows it already.
 */
export function day(key: string, label: string, value: string, onpick: (value: string) => void): HTMLElement {
  let taken = value;
  let types = false;
  const take = () => {
    types = false;
    if (element.value === taken || element.validity.badInput) return;
    taken = element.value;
    onpick(taken);
  };
  const element = h("input", {
    class: "bh-input",
    type: "date",
    max: "9999-12-31",
    "data-key": key,
    "aria-label": label,
    value,
    onkeydown: (event: KeyboardEvent) => (event.key === "Enter" ? take() : (types = true)),
    onchange: () => types || take(),
    onblur: take,
  }) as HTMLInputElement;
  return element;
}

/** Something that was chosen and can be taken away. */
export function chip(key: string, text: string, onremove: () => void): HTMLElement {
  return h(
    "span",
    { class: "bh-chip" },
    h("span", { class: "bh-chip-text", title: text }, text),
    iconButton("close", `Remove ${text}`, onremove, { "data-key": key }),
  );
}

/** The events of the log as choices. */
export function eventOptions(question: Question<any>): Option[] {
  return question.events.map(([name, count]) => ({
    value: name,
    note: count === null ? undefined : number(count),
  }));
}

/** A property in one word, as text has it. */
export function propertyValue(property: { name: string; owner: string } | null): string {
  if (property === null) return "";
  return property.owner === "user" ? `user.${property.name}` : property.name;
}

/** A property found by its name. */
export function propertyField(
  question: Question<any>,
  given: {
    key: string;
    label: string;
    value: string;
    placeholder?: string;
    only?: (property: Property) => boolean;
    onpick: (property: Property) => void;
  },
): HTMLElement {
  const all = question.catalog.properties.filter(given.only ?? (() => true));
  return combobox({
    ...given,
    options: () => all.map((one) => ({ value: propertyValue(one), note: one.kind })),
    onpick: (value) => {
      const found = all.find((one) => propertyValue(one) === value);
      if (found) given.onpick(found);
    },
  });
}
