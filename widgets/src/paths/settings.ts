// Where paths begin and end, how long they are, which events are in them, how they are counted.

import { byField, duringField, segmentsField, sessionsField, whereField } from "../shared/clauses";
import { combobox } from "../shared/combobox";
import { conditionAdder, conditions, type Next } from "../shared/conditions";
import { focusOn, h, iconButton, type Child } from "../shared/elements";
import { eventFields, eventsName, eventsOf } from "../shared/events";
import { chip, count, eventOptions, field, line, select } from "../shared/fields";
import type { Frame } from "../shared/frame";
import { textOf } from "../shared/texts";
import { STEPS, TOP, type Ask, type Rename } from "./definition";

/** The events that paths begin and end with, how many steps, how many nodes of each. */
export function route(question: Ask, around: Frame): Child[] {
  const { draft } = question;
  return [
    anchor(question, around, "from_", "from", "the start of a session"),
    anchor(question, around, "to", "to", "wherever they end"),
    h(
      "div",
      { class: "bh-grid-fields" },
      field("steps", count("steps", "At most how many steps", draft.steps ?? STEPS, (steps) =>
        question.change((now) => void (now.steps = steps), true))),
      field("events per step", count("top-nodes", "How many events are shown at each step", draft.top ?? TOP, (top) =>
        question.change((now) => void (now.top = top), true))),
    ),
  ];
}

function anchor(question: Ask, around: Frame, side: "from_" | "to", name: string, nothing: string): HTMLElement {
  const events = question.draft[side];
  if (!events) {
    return field(name, combobox({
      key: `${side}-event-0`,
      label: `Paths ${name}: event`,
      value: "",
      placeholder: nothing,
      options: () => eventOptions(question),
      onpick: (picked) => question.change((now) => void (now[side] = eventsOf(picked))),
    }));
  }
  const where = (next: Next, quiet = false) =>
    question.change((now) => void (now[side]!.where = next(now[side]!.where)), quiet);
  return h(
    "div",
    { class: "bh-step bh-anchor", role: "group", "aria-label": `Paths ${name}` },
    h(
      "div",
      { class: "bh-row" },
      h("span", { class: "bh-field-name bh-anchor-name" }, name),
      h("span", { class: "bh-events" }, eventFields(question, events, side, `Paths ${name}`, (edit) =>
        question.change((now) => edit(now[side]!)))),
      iconButton("close", `Paths ${name} ${nothing}`, () => {
        question.change((now) => void (now[side] = null));
        focusOn(around.controls, `${side}-event-0`);
      }, { "data-key": `${side}-remove` }),
    ),
    h(
      "div",
      { class: "bh-filters" },
      conditions(question, `${side}.where`, `filter of ${name}`, events.where, where),
      conditionAdder(question, `${side}.where`, "filter", events.where, where),
    ),
  );
}

/** Events that are left out, that are all there is, that are shown as one; repeats. */
export function shown(question: Ask, around: Frame): HTMLElement {
  const collapse = question.draft.collapse ?? true;
  return h(
    "div",
    { class: "bh-stack" },
    some(question, "hide", "hide", "Hide an event", "no event is hidden"),
    some(question, "only", "only", "Keep only some events", "all events"),
    field("show as one", renames(question, around)),
    field("repeats", select("collapse", "Immediate repeats of an event", String(collapse), [
      ["true", "collapse to one"], ["false", "keep"],
    ], (value) => question.change((now) => void (now.collapse = value === "true")))),
  );
}

function some(question: Ask, side: "hide" | "only", name: string, label: string, nothing: string): HTMLElement {
  const events = question.draft[side] ?? [];
  return field(
    name,
    h("span", { class: "bh-chips" }, events.map((one, place) =>
      chip(`${side}-${place}`, textOf(question, one) || eventsName(one), () =>
        question.change((now) => void now[side]!.splice(place, 1))))),
    combobox({
      key: `add-${side}`,
      label,
      value: "",
      placeholder: events.length ? "and …" : nothing,
      options: () => eventOptions(question),
      onpick: (picked) => question.change((now) => void (now[side] = [...(now[side] ?? []), eventsOf(picked)])),
    }),
  );
}

function renames(question: Ask, around: Frame): Child[] {
  return [
    (question.draft.rename ?? []).map((rule, place) => renameRow(question, rule, place)),
    combobox({
      key: "add-rename",
      label: "Show several events as one",
      value: "",
      placeholder: "several events as one node …",
      options: () => eventOptions(question),
      onpick: (picked) => {
        question.change((now) => {
          now.rename = [...(now.rename ?? []), { kind: "rename", events: eventsOf(picked), name: picked }];
        });
        focusOn(around.controls, `rename-${question.draft.rename!.length - 1}-or`);
      },
    }),
  ];
}

function renameRow(question: Ask, rule: Rename, place: number): HTMLElement {
  const key = `rename-${place}`;
  const change = (edit: (rule: Rename) => void) => question.change((now) => edit(now.rename![place]));
  const where = (next: Next, quiet = false) =>
    question.change((now) => void (now.rename![place].events.where = next(now.rename![place].events.where)), quiet);
  return h(
    "div",
    { class: "bh-step", role: "group", "aria-label": `Shown as ${rule.name}` },
    h(
      "div",
      { class: "bh-row" },
      h("span", { class: "bh-events" }, eventFields(question, rule.events, key, `Shown as ${rule.name}`, (edit) =>
        change((now) => edit(now.events)))),
      iconButton("close", `Show the events of ${rule.name} apart`, () =>
        question.change((now) => void now.rename!.splice(place, 1)), { "data-key": `${key}-remove` }),
    ),
    rule.events.where
      ? h("div", { class: "bh-filters" },
          conditions(question, `rename.${place}.events.where`, `filter of ${rule.name}`, rule.events.where, where))
      : null,
    h("div", { class: "bh-row" }, "as", line(`${key}-name`, "Name of the node", rule.name, (name) =>
      change((now) => void (now.name = name.trim() || rule.name)))),
  );
}

/** What is counted, and how sessions are cut. */
export function counting(question: Ask): HTMLElement {
  const { draft } = question;
  return h(
    "div",
    { class: "bh-grid-fields" },
    field("counting", select("counting", "What is counted", draft.counting ?? "sequences", [
      ["sequences", "sequences"], ["users", "users"],
    ], (value) => question.change((now) => void (now.counting = value)))),
    sessionsField(question),
  );
}

/** A property to break down by, and segments to compare. */
export function groups(question: Ask): HTMLElement {
  return h("div", { class: "bh-stack" }, byField(question), segmentsField(question));
}

/** Range and filter, where they are chosen here. */
export function limits(question: Ask): Child[] {
  const fields = [duringField(question), whereField(question)];
  return fields.some(Boolean) ? [h("h3", {}, "Limits"), h("div", { class: "bh-stack" }, fields)] : [];
}
