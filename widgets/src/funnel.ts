// FunnelExplorer: steps chosen, ordered and filtered; bars, times and a trend of what comes of it.

import { combobox } from "./shared/combobox";
import { conditionAdder, conditions, type Condition, type Node } from "./shared/conditions";
import { focusOn, h, iconButton, type Child } from "./shared/elements";
import {
  chip, count, eventOptions, field, line, propertyField, propertyValue, select, span,
  type Duration,
} from "./shared/fields";
import { frame, type Frame } from "./shared/frame";
import { questionOf, type Model, type Question } from "./shared/question";
import { answered, type Answer } from "./funnel/answer";

interface Events {
  kind: "events";
  names: string[];
  where: Condition;
}

interface Step {
  kind: "step";
  events: Events;
  optional: boolean;
}

interface Exclusion {
  kind: "exclusion";
  events: Events;
  after: number;
  before: number | null;
}

interface Funnel {
  kind: "funnel";
  steps: Step[];
  within?: Duration;
  order?: string;
  counting?: string;
  sessions?: { kind: "sessions"; by: string; gap: Duration };
  same?: string | null;
  exclusions?: Exclusion[];
  attribution?: string | number;
  per?: string | null;
  where?: Condition;
  by?: { kind: "breakdown"; property: { kind: "property"; name: string; owner: string }; top: number } | null;
  segments?: (Node | string)[];
  during?: { start: string | null; end: string | null } | null;
}

type Ask = Question<Funnel>;
const EMPTY: Funnel = { kind: "funnel", steps: [] };
const MONTH: Duration = { amount: 30, unit: "d" };

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const question = questionOf(model, EMPTY, (draft) => draft.steps.length > 1);
  const made = frame(
    question,
    "Funnel",
    (around) => controls(question, around),
    (around) => answered(question, around, model.get("answer") as Answer),
    () => advice(question),
  );
  el.append(made.root);
  return made.close;
}

function advice(question: Ask): string {
  if (question.catalog.events.length === 0) {
    return "This log has no events, so there is nothing to build a funnel of.";
  }
  return ["Choose the event people begin with, then the one they should get to.", "Add a second step: where should they get to?"][
    question.draft.steps.length
  ] ?? "Counting …";
}

// Steps

function controls(question: Ask, around: Frame): Child[] {
  const { draft } = question;
  const list = h(
    "ol",
    { class: "bh-steps", "aria-label": "Steps" },
    draft.steps.map((step, place) => stepRow(question, around, step, place)),
  );
  return [
    h("h3", {}, "Steps"),
    list,
    combobox({
      key: "add-step",
      label: "Add a step",
      value: "",
      placeholder: draft.steps.length ? "+ add a step …" : "+ first step …",
      options: () => eventOptions(question),
      onpick: (name) => {
        question.change((now) => void now.steps.push(stepOf(name)));
        around.announce(`Step ${question.draft.steps.length}: ${name}`);
        focusOn(around.controls, "add-step");
      },
    }),
    h("h3", {}, "Counting"),
    counting(question),
    h("h3", {}, "Groups"),
    groups(question),
    h("h3", {}, "Limits"),
    limits(question),
  ];
}

const stepOf = (name: string): Step => ({ kind: "step", events: eventsOf(name), optional: false });
const eventsOf = (name: string): Events => ({ kind: "events", names: [name], where: null });
const stepName = (step: Step) => step.events.names.join(" or ") || "any event";

function stepRow(question: Ask, around: Frame, step: Step, place: number): HTMLElement {
  const { steps } = question.draft;
  const number = place + 1;
  const last = steps.length - 1;
  const move = (to: number) => moveStep(question, around, place, to);
  const remove = () => {
    question.change((now) => {
      now.steps.splice(place, 1);
      fit(now);
    });
    around.announce(`Removed ${stepName(step)}`);
    focusOn(around.controls, question.draft.steps.length ? `grip-${Math.max(0, place - 1)}` : "add-step");
  };
  const where = (condition: Condition, quiet = false) =>
    question.change((now) => void (now.steps[place].events.where = condition), quiet);
  const row = h(
    "li",
    {
      class: "bh-step",
      onkeydown: (event: KeyboardEvent) => {
        if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
        event.preventDefault();
        move(place + (event.key === "ArrowUp" ? -1 : 1));
      },
    },
    h(
      "div",
      { class: "bh-row" },
      iconButton("grip", `Move step ${number}, ${stepName(step)}: arrow up or down, or drag`, () => undefined, {
        class: "bh-icon-button bh-grip",
        "data-key": `grip-${place}`,
        onkeydown: (event: KeyboardEvent) => {
          if (event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
          event.preventDefault();
          move(place + (event.key === "ArrowUp" ? -1 : 1));
        },
        onpointerdown: (event: PointerEvent) => drag(event, row, move),
      }),
      h("span", { class: "bh-badge", "aria-hidden": "true" }, number),
      h("span", { class: "bh-events" }, eventFields(question, step.events, `step-${place}`, `Step ${number}`, (edit) =>
        question.change((now) => edit(now.steps[place].events)),
      )),
      iconButton("close", `Remove step ${number}, ${stepName(step)}`, remove, { "data-key": `remove-${place}` }),
    ),
    h(
      "div",
      { class: "bh-filters" },
      conditions(question, `steps.${place}.events.where`, `filter of step ${number}`, step.events.where, where),
      h(
        "div",
        { class: "bh-row" },
        conditionAdder(question, `steps.${place}.events.where`, "filter", step.events.where, where),
        place > 0 && place < last
          ? h(
              "button",
              {
                type: "button",
                class: "bh-toggle",
                "data-key": `optional-${place}`,
                "aria-pressed": String(step.optional),
                title: "An optional step never holds anybody up",
                onclick: () => question.change((now) => void (now.steps[place].optional = !step.optional)),
              },
              "optional",
            )
          : null,
      ),
    ),
  );
  return row;
}

/** Make a field for each event of a step, and one for a further event that counts as well. */
function eventFields(
  question: Ask,
  events: Events,
  key: string,
  label: string,
  change: (edit: (events: Events) => void) => void,
): HTMLElement[] {
  const any = { value: "", label: "any event" };
  const fields = (events.names.length ? events.names : [""]).map((name, place) =>
    combobox({
      key: `${key}-event-${place}`,
      label: `${label}: event`,
      value: name,
      placeholder: "any event",
      options: () => [
        ...eventOptions(question),
        place > 0 ? { value: "", label: "(take this one away)" } : any,
      ],
      onpick: (picked) =>
        change((now) => {
          if (place > 0 && !picked) now.names.splice(place, 1);
          else if (picked) now.names[place] = picked;
          else now.names = [];
        }),
    }),
  );
  const adder = combobox({
    key: `${key}-or`,
    label: `${label}: or another event`,
    value: "",
    placeholder: "or …",
    options: () => eventOptions(question).filter((one) => !events.names.includes(one.value)),
    onpick: (picked) => change((now) => void now.names.push(picked)),
  });
  adder.classList.add("bh-or");
  return events.names.length ? [...fields, adder] : fields;
}

function moveStep(question: Ask, around: Frame, from: number, to: number): void {
  const { steps } = question.draft;
  if (to < 0 || to >= steps.length || to === from) return;
  question.change((now) => {
    const [moved] = now.steps.splice(from, 1);
    now.steps.splice(to, 0, moved);
    fit(now);
  });
  focusOn(around.controls, `grip-${to}`);
  around.announce(`${stepName(question.draft.steps[to])} is step ${to + 1} of ${steps.length}`);
}

/** Let a row follow the pointer until it is let go. */
function drag(down: PointerEvent, row: HTMLElement, move: (to: number) => void): void {
  if (down.button !== 0) return;
  const list = row.parentElement as HTMLElement;
  const rows = [...list.children] as HTMLElement[];
  const from = rows.indexOf(row);
  const middles = rows.map((one) => {
    const box = one.getBoundingClientRect();
    return box.top + box.height / 2;
  });
  let to = from;
  const follow = (event: PointerEvent) => {
    event.preventDefault();
    row.classList.add("bh-dragged");
    row.style.transform = `translateY(${event.clientY - down.clientY}px)`;
    to = middles.filter((middle, place) => place !== from && middle < event.clientY).length;
    rows.forEach((one, place) => {
      one.classList.toggle("bh-before", to < from && place === to);
      one.classList.toggle("bh-after", to > from && place === to);
    });
  };
  const end = (event: PointerEvent) => {
    removeEventListener("pointermove", follow);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    row.classList.remove("bh-dragged");
    row.style.transform = "";
    rows.forEach((one) => one.classList.remove("bh-before", "bh-after"));
    if (event.type === "pointerup") move(to);
  };
  addEventListener("pointermove", follow);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
}

/** Take away what has no meaning for the steps there are now. */
function fit(draft: Funnel): void {
  const last = draft.steps.length;
  draft.steps.forEach((step, place) => {
    if (place === 0 || place === last - 1) step.optional = false;
  });
  draft.exclusions = (draft.exclusions ?? []).filter(
    ({ after, before }) => after < last && (before ?? last) <= last,
  );
  if (typeof draft.attribution === "number" && draft.attribution > last) draft.attribution = "first";
}

// Settings

function counting(question: Ask): HTMLElement {
  const { draft } = question;
  const sessions = draft.sessions ?? { kind: "sessions", by: "gap", gap: { amount: 30, unit: "m" } };
  return h(
    "div",
    { class: "bh-grid-fields" },
    field("within", span("within", "Conversion window", draft.within ?? MONTH, (value, quiet) =>
      question.change((now) => void (now.within = value), quiet))),
    field("order", select("order", "Order of steps", draft.order ?? "ordered", [
      ["ordered", "in this order"], ["strict", "nothing in between"], ["any", "in any order"],
    ], (value) => question.change((now) => void (now.order = value)))),
    field("counting", select("counting", "What counts once", draft.counting ?? "users", [
      ["users", "users"], ["first entries", "first entries"], ["attempts", "attempts"], ["sessions", "sessions"],
    ], (value) => question.change((now) => {
      now.counting = value;
      if (value !== "sessions") delete now.sessions;
    }))),
    draft.counting === "sessions"
      ? field("session", select("session", "How sessions are cut", sessions.by, [
          ["gap", "after a gap"],
          ...(question.catalog.has_sessions ? [["mapped", "by the log's column"] as [string, string]] : []),
          ["off", "not at all"],
        ], (by) => question.change((now) => void (now.sessions = { kind: "sessions", by, gap: { amount: 30, unit: "m" } }))),
        sessions.by === "gap"
          ? span("gap", "Gap between sessions", sessions.gap, (gap, quiet) =>
              question.change((now) => void (now.sessions = { kind: "sessions", by: "gap", gap }), quiet))
          : null)
      : null,
    field("over time", select("per", "Trend", draft.per ?? "", [
      ["", "no trend"], ["day", "per day"], ["week", "per week"], ["month", "per month"],
    ], (value) => question.change((now) => void (now.per = value || null)))),
  );
}

function groups(question: Ask): HTMLElement {
  const { draft } = question;
  const { by } = draft;
  const segments = draft.segments ?? [];
  const saved = question.catalog.segments;
  const steps: [string, string][] = draft.steps.map((step, place) => [String(place + 1), `at step ${place + 1}, ${stepName(step)}`]);
  return h(
    "div",
    { class: "bh-stack" },
    field(
      "by",
      h(
        "span",
        { class: "bh-row" },
        propertyField(question, {
          key: "by",
          label: "Break down by a property",
          value: propertyValue(by?.property ?? null),
          placeholder: "no breakdown",
          onpick: ({ name, owner }) =>
            question.change((now) => {
              now.by = { kind: "breakdown", property: { kind: "property", name, owner }, top: by?.top ?? 5 };
            }),
        }),
        by
          ? [
              "top",
              count("top", "How many values", by.top, (top) =>
                question.change((now) => void (now.by!.top = top), true)),
              iconButton("close", "No breakdown", () =>
                question.change((now) => {
                  now.by = null;
                  now.attribution = "first";
                }), { "data-key": "by-remove" }),
            ]
          : null,
      ),
      by && by.property.owner === "event"
        ? select("attribution", "Step whose event gives the value", String(draft.attribution ?? "first"), [
            ["first", "at the first step"], ["last", "at the last step reached"], ...steps.slice(1),
          ], (value) => question.change((now) => {
            now.attribution = value === "first" || value === "last" ? value : Number(value);
          }))
        : null,
    ),
    field(
      "for",
      segments.map((segment, place) => {
        const text = typeof segment === "string" ? segment : segmentName(segment) || question.part(`segments.${place}`);
        return chip(`segment-${place}`, text, () => question.change((now) => void now.segments!.splice(place, 1)));
      }),
      combobox({
        key: "add-segment",
        label: "Compare a segment",
        value: "",
        placeholder: segments.length ? "vs …" : "everybody",
        free: true,
        options: () => saved.flatMap((name) => [{ value: quoted(name), label: name }, { value: `not ${quoted(name)}`, label: `not ${name}` }]),
        onpick: (text) => {
          if (text.trim()) question.change((now) => void (now.segments = [...(now.segments ?? []), text.trim()]));
        },
      }),
    ),
  );
}

const quoted = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));
const segmentName = (segment: Node) => (segment.kind === "in_segment" ? segment.name : "");

function limits(question: Ask): HTMLElement {
  const { draft } = question;
  const during = draft.during ?? { start: null, end: null };
  const range = (side: "start" | "end", value: string) =>
    question.change((now) => {
      const next = { ...during, [side]: value || null };
      now.during = next.start || next.end ? next : null;
    });
  const where = (condition: Condition, quiet = false) =>
    question.change((now) => void (now.where = condition), quiet);
  return h(
    "div",
    { class: "bh-stack" },
    field("during", h(
      "span",
      { class: "bh-row" },
      line("start", "First day", (during.start ?? "").slice(0, 10), (value) => range("start", value), { type: "date" }),
      "to",
      line("end", "Last day", (during.end ?? "").slice(0, 10), (value) => range("end", value), { type: "date" }),
    )),
    field("where", conditions(question, "where", "filter of all events", draft.where ?? null, where),
      conditionAdder(question, "where", "filter", draft.where ?? null, where)),
    field("same", h("span", { class: "bh-row" }, propertyField(question, {
      key: "same",
      label: "All steps carry one value of a property",
      value: draft.same ?? "",
      placeholder: "any values",
      only: ({ owner }) => owner === "event",
      onpick: ({ name }) => question.change((now) => void (now.same = name)),
    }), draft.same
      ? iconButton("close", "Let steps carry any values", () => question.change((now) => void (now.same = null)), { "data-key": "same-remove" })
      : null)),
    field("without", exclusions(question)),
  );
}

function exclusions(question: Ask): Child[] {
  const { draft } = question;
  const last = draft.steps.length;
  const numbers = (from: number, to: number): [string, string][] =>
    Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => [String(from + place), String(from + place)]);
  return [
    (draft.exclusions ?? []).map((one, place) => {
      const change = (edit: (exclusion: Exclusion) => void) =>
        question.change((now) => edit(now.exclusions![place]));
      return h(
        "div",
        { class: "bh-row bh-exclusion" },
        chip(`exclusion-${place}`, one.events.names.join(" or ") || question.part(`exclusions.${place}.events`), () =>
          question.change((now) => void now.exclusions!.splice(place, 1))),
        "between",
        select(`exclusion-${place}-after`, "After step", String(one.after), numbers(1, last - 1), (value) =>
          change((now) => void (now.after = Number(value)))),
        "and",
        select(`exclusion-${place}-before`, "Before step", String(one.before ?? last), numbers(2, last), (value) =>
          change((now) => void (now.before = Number(value)))),
      );
    }),
    combobox({
      key: "add-exclusion",
      label: "Add an event that must not happen in between",
      value: "",
      placeholder: "an event that must not happen …",
      options: () => eventOptions(question),
      onpick: (name) =>
        question.change((now) => {
          now.exclusions = [...(now.exclusions ?? []), { kind: "exclusion", events: eventsOf(name), after: 1, before: null }];
        }),
    }),
  ];
}

export default { render };
