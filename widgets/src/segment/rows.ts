// Conditions as rows that read like sentences, each with the fields of its kind.

import { begun, comparisonFields, comparisonOf, nodeOf, type Node } from "../shared/comparisons";
import { conditionAdder, conditions, type Next } from "../shared/conditions";
import { combobox } from "../shared/combobox";
import { h, iconButton, type Child } from "../shared/elements";
import { eventFields, eventsOf, type Events } from "../shared/events";
import { eventOptions, line, propertyField, real, select, span, type Duration } from "../shared/fields";
import type { Property } from "../shared/question";
import { learn, textOf } from "../shared/texts";
import { counted, isGroup, itemAt, measured, step, type Place, type Row } from "./definition";
import { moment, today, windowFields } from "./window";

const word = (text: string) => h("span", { class: "bh-word" }, text);

/** Make the fields of a condition, line by line. */
export function rowFields(place: Place): Child[] {
  const { row } = place.row;
  const made = {
    did: events, measured: events, seen, inactive, sequence, then_not: thenNot, in_segment: segment,
    comparison: value, in: value, between: value, like: value, is_null: value,
  }[row.kind];
  return made?.(place) ?? text(place);
}

const MEASURES: [string, string][] = [
  ["sum", "the sum of"], ["avg", "the average of"], ["min", "the smallest"], ["max", "the largest"],
  ["distinct", "how many different"],
];
const OFTEN: [string, string][] = [
  ["", "at least once"], [">", "more than"], [">=", "at least"], ["=", "exactly"], ["<=", "at most"],
  ["<", "fewer than"], ["!=", "not exactly"],
];
const SIZES: [string, string][] = [
  [">", "is more than"], [">=", "is at least"], ["=", "is exactly"], ["<=", "is at most"], ["<", "is less than"],
  ["!=", "is not exactly"],
];

/** did … so many times in …; the sum of … of … is more than … in … */
function events(place: Place): Child[] {
  const { question, row: item, key, name, edit } = place;
  const { row } = item;
  const measures = row.kind === "measured" && row.property !== null;
  const properties = question.catalog.properties.filter((one) => one.owner === "event");
  const fitting = (of: string) => properties.filter((one) => of === "distinct" || one.kind === "number");
  const verbs: [string, string][] = [["did", "did"], ["not", "did not do"], ...MEASURES.filter(([of]) => fitting(of).length)];
  const turn = (verb: string) =>
    edit(() => {
      item.not = verb === "not";
      if (verb === "did" || verb === "not") item.row = counted(row, null);
      else {
        const kept = fitting(verb).find((one) => one.name === row.property);
        item.row = measured(row, verb, (kept ?? fitting(verb)[0]).name);
      }
    });
  const verb = select(`${key}-verb`, `${name}: what`, measures ? row.function : item.not ? "not" : "did", verbs, turn);
  const of = eventFields(question, row.events, key, name, (change) => edit(() => change(row.events)));
  const named = h("span", { class: "bh-events" }, of);
  const sentence = measures
    ? [
        verb,
        propertyField(question, {
          key: `${key}-property`,
          label: `${name}: property`,
          value: row.property,
          only: (one) => fitting(row.function).includes(one),
          onpick: ({ name: property }) => edit(() => (row.property = property)),
        }),
        word("of"),
        named,
        select(`${key}-size`, `${name}: comparison`, row.operator, SIZES, (operator) => edit(() => (row.operator = operator))),
        real(`${key}-number`, `${name}: number`, row.value, (number) => edit(() => (row.value = number), true)),
      ]
    : [verb, named, item.not ? null : often(place)];
  return [
    h("div", { class: "bh-row" }, sentence, windowFields(place)),
    filters(place, row.events, `${place.path}${item.not ? ".part" : ""}.events`, "-where"),
  ];
}

/** at least once; more than 3 times; on more than 3 days */
function often({ row: item, key, name, edit }: Place): Child[] {
  const { row } = item;
  const counts = row.kind === "measured";
  return [
    select(`${key}-often`, `${name}: how often`, counts ? row.operator : "", OFTEN, (operator) =>
      edit(() => (item.row = counted(row, operator || null)))),
    counts ? real(`${key}-number`, `${name}: how many`, row.value, (number) => edit(() => (row.value = number), true)) : null,
    counts
      ? select(`${key}-unit`, `${name}: times or days`, row.function, [["count", "times"], ["count_days", "days"]], (of) =>
          edit(() => (row.function = of)))
      : null,
  ];
}

/** The filters of some events: rows, and a field for a further one. */
function filters(place: Place, events: Events, path: string, key: string): Child {
  const { question, edit, name } = place;
  const at = `${path}.where`;
  const change = (next: Next, quiet = false) => edit(() => (events.where = next(events.where)), quiet);
  return h(
    "div",
    { class: "bh-filters", "data-part": key },
    conditions(question, at, `filter of ${name}`, events.where, change),
    conditionAdder(question, at, `filter`, events.where, change),
  );
}

/** the first value of … is …; the user's … is … */
function value(place: Place): Child[] | null {
  const { question, row: item, key, name, edit } = place;
  const { row } = item;
  const left = row.left ?? row.value;
  const owner = left.kind === "first_last" ? "event" : left.owner;
  const own = left.kind === "first_last" ? left.property : left.name;
  const isProperty = left.kind === "first_last" || (left.kind === "property" && owner === "user");
  const owned = question.catalog.properties.filter((one) => one.owner === owner);
  const property = isProperty ? owned.find((one) => one.name === own) : undefined;
  const found = property && comparisonOf(row, property.kind);
  if (!property || !found) return null;
  const put = (next: Node, quiet = false) => edit(() => (item.row = next), quiet);
  const pick = async (picked: Property) => {
    const first = await begun(question, picked);
    // The row may be another by now.
    const now = itemAt(question.draft, key);
    const its = now && !isGroup(now) ? (now.row.left ?? now.row.value) : undefined;
    if (its?.kind !== left.kind) return;
    const next = its.kind === "first_last" ? { ...its, property: picked.name } : { ...its, name: picked.name };
    question.change(() => void ((now as Row).row = nodeOf(next, first)));
  };
  const of = left.events ?? eventsOf();
  return [
    h(
      "div",
      { class: "bh-row" },
      left.kind === "first_last"
        ? select(`${key}-which`, `${name}: first or last`, left.which, [["first", "the first"], ["last", "the last"]], (which) =>
            put(nodeOf({ ...left, which }, found)))
        : word("the user’s"),
      combobox({
        key: `${key}-property`,
        label: `${name}: property`,
        value: own,
        options: () => owned.map((one) => ({ value: one.name, note: one.kind })),
        onpick: (picked) => void pick(owned.find((one) => one.name === picked)!),
      }),
      left.kind === "first_last"
        ? [
            word("of"),
            h("span", { class: "bh-events" }, eventFields(question, of, key, name, (change) => {
              const next = structuredClone(of);
              change(next);
              put(nodeOf({ ...left, events: next.names.length || next.where ? next : null }, found));
            })),
          ]
        : null,
      comparisonFields(question, key, name, property, found, (next, quiet) => put(nodeOf(left, next), quiet)),
    ),
    left.events
      ? filters(
          { ...place, edit: (change, quiet) => edit(() => {
            change();
            item.row = nodeOf({ ...left, events: of }, found);
          }, quiet) },
          of,
          `${place.path}.${row.left ? "left" : "value"}.events`,
          "-where",
        )
      : null,
  ];
}

const AGO: [string, string][] = [
  ["<", "more than"], ["<=", "at least"], [">", "less than"], [">=", "at most"], ["=", "exactly"], ["!=", "not exactly"],
];
const AT: [string, string][] = [
  ["<", "before"], [">=", "since"], [">", "after"], ["<=", "until"], ["=", "exactly at"], ["!=", "not exactly at"],
];

/** was first seen at most 30 days ago; was last seen before 2026-01-01 */
function seen({ row: item, key, name, edit }: Place): Child[] {
  const { row } = item;
  const isDate = typeof row.at === "string";
  const choices: [string, string][] = [
    ...AGO.map(([operator, words]): [string, string] => [`ago ${operator}`, `${words} … ago`]),
    ...AT.map(([operator, words]): [string, string] => [`at ${operator}`, `${words} a date`]),
  ];
  return [
    h(
      "div",
      { class: "bh-row" },
      word("was"),
      select(`${key}-which`, `${name}: first or last`, row.which, [["first", "first seen"], ["last", "last seen"]], (which) =>
        edit(() => (row.which = which))),
      select(`${key}-when`, `${name}: comparison`, `${isDate ? "at" : "ago"} ${row.operator}`, choices, (picked) =>
        edit(() => {
          const [how, operator] = picked.split(" ");
          row.operator = operator;
          if ((how === "at") !== isDate) row.at = how === "at" ? today() : { amount: 30, unit: "d" };
        })),
      isDate
        ? moment(`${key}-at`, `${name}: date`, row.at, (at, quiet) => edit(() => (row.at = at), quiet))
        : span(`${key}-ago`, `${name}: how long`, row.at, (at, quiet) => edit(() => (row.at = at), quiet)),
    ),
  ];
}

/** was not active for 30 days */
function inactive({ row: item, key, name, edit }: Place): Child[] {
  const { row } = item;
  return [
    h("div", { class: "bh-row" }, word("did nothing in the last"),
      span(`${key}-for`, `${name}: how long`, row.duration, (duration, quiet) => edit(() => (row.duration = duration), quiet))),
  ];
}

/** did these in this order: …, then …, all within 7 days */
function sequence(place: Place): Child[] {
  const { question, row: item, key, name, path, edit } = place;
  const { row } = item;
  const steps: Node[] = row.steps;
  return [
    h("div", { class: "bh-row" }, word("did in this order,"), within(place)),
    steps.map((one, at) => {
      const label = `${name}: step ${at + 1}`;
      const isInner = at > 0 && at < steps.length - 1;
      return h(
        "div",
        { class: "bh-substep" },
        h(
          "div",
          { class: "bh-row" },
          word(at ? "then" : "first"),
          h("span", { class: "bh-events" }, eventFields(question, one.events, `${key}-${at}`, label, (change) => edit(() => change(one.events)))),
          isInner
            ? h("button", {
                type: "button", class: "bh-toggle", "data-key": `${key}-${at}-optional`, "aria-pressed": String(one.optional),
                title: "An optional step never holds anybody up",
                onclick: () => edit(() => (one.optional = !one.optional)),
              }, "optional")
            : null,
          steps.length > 2
            ? iconButton("close", `Remove ${label}`, () => edit(() => {
                steps.splice(at, 1);
                steps[0].optional = steps[steps.length - 1].optional = false;
              }), { "data-key": `${key}-${at}-remove` })
            : null,
        ),
        filters({ ...place, name: label }, one.events, `${path}.steps.${at}.events`, `-${at}`),
      );
    }),
    combobox({
      key: `${key}-add-step`,
      label: `${name}: add a step`,
      value: "",
      placeholder: "then …",
      options: () => eventOptions(question),
      onpick: (picked) => edit(() => steps.push(step(picked))),
    }),
  ];
}

function within({ row: item, key, name, edit }: Place): Child[] {
  const { row } = item;
  const limited = row.within !== null && row.within !== undefined;
  return [
    select(`${key}-limited`, `${name}: limit of time`, limited ? "within" : "", [["within", "all within"], ["", "with no limit of time"]], (how) =>
      edit(() => (row.within = how ? { amount: 7, unit: "d" } : null))),
    limited ? span(`${key}-within`, `${name}: how long`, row.within, (next: Duration, quiet) => edit(() => (row.within = next), quiet)) : null,
  ];
}

/** did …, and then not … within 7 days */
function thenNot(place: Place): Child[] {
  const { question, row: item, key, name, path, edit } = place;
  const { row } = item;
  const part = (field: "first" | "absent", says: string, ...more: Child[]) =>
    h(
      "div",
      { class: "bh-substep" },
      h(
        "div",
        { class: "bh-row" },
        word(says),
        h("span", { class: "bh-events" }, eventFields(question, row[field], `${key}-${field}`, `${name}: ${says}`, (change) => edit(() => change(row[field])))),
        more,
      ),
      filters({ ...place, name: `${name}, ${says}` }, row[field], `${path}.${field}`, `-${field}`),
    );
  return [
    part("first", "did"),
    part("absent", "and then not", word("within"),
      span(`${key}-within`, `${name}: how long`, row.within, (next, quiet) => edit(() => (row.within = next), quiet))),
  ];
}

/** is in the segment … */
function segment({ question, row: item, key, name, edit }: Place): Child[] {
  const { row } = item;
  return [
    h(
      "div",
      { class: "bh-row" },
      select(`${key}-verb`, `${name}: in or not`, item.not ? "not" : "is", [["is", "is in the segment"], ["not", "is not in the segment"]], (verb) =>
        edit(() => (item.not = verb === "not"))),
      combobox({
        key: `${key}-segment`,
        label: `${name}: segment`,
        value: row.name,
        options: () => question.catalog.segments.map((one) => ({ value: one })),
        onpick: (picked) => edit(() => (row.name = picked)),
      }),
    ),
  ];
}

/** What no fields can show: as text, which the kernel reads. */
function text({ question, row: item, key, name, edit }: Place): Child[] {
  const wrong = h("p", { class: "bh-error", role: "alert" });
  const read = async (typed: string) => {
    const reply = await question.request("condition", { text: typed }, key);
    wrong.textContent = reply.error ?? "";
    if (reply.error) return;
    learn(question, reply.condition, typed);
    edit(() => (item.row = reply.condition));
  };
  return [
    h("div", { class: "bh-row" }, line(`${key}-text`, `${name} as text`, textOf(question, item.row), (typed) => void (typed.trim() && read(typed)))),
    wrong,
  ];
}
