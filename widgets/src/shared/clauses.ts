// The clauses that several analyses share: filter, breakdown, segments to compare, range, sessions.

import { combobox } from "./combobox";
import { conditionAdder, conditions, type Condition, type Next, type Node } from "./conditions";
import { h, iconButton, type Child } from "./elements";
import {
  chip, count, day, field, propertyField, propertyValue, select, span, type Duration,
} from "./fields";
import type { Question } from "./question";
import { textOf } from "./texts";

export interface Breakdown {
  kind: "breakdown";
  property: { kind: "property"; name: string; owner: string };
  top: number;
}

export interface Sessions {
  kind: "sessions";
  by: string;
  gap: Duration;
}

/** What a definition with these clauses has. */
export interface Clauses {
  where?: Condition;
  by?: Breakdown | null;
  segments?: (Node | string)[];
  during?: { start: string | null; end: string | null } | null;
}

const HALF_HOUR: Duration = { amount: 30, unit: "m" };

/** Choose a property to break down by; `onnone` is called where it is taken away. */
export function byField<D extends Clauses>(question: Question<D>, onnone: (draft: D) => void = () => undefined, ...more: Child[]): HTMLElement {
  const { by } = question.draft;
  return field(
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
                onnone(now);
              }), { "data-key": "by-remove" }),
          ]
        : null,
    ),
    more,
  );
}

/** Whether a clause is chosen elsewhere, for several questions at once. */
const isCommon = (question: Question<any>, clause: string): boolean =>
  (question.model.get("common") ?? []).includes(clause);

/** Choose segments: one limits the question to its users, several are compared. */
export function segmentsField<D extends Clauses>(question: Question<D>): HTMLElement | null {
  if (isCommon(question, "segments")) return null;
  const segments = question.draft.segments ?? [];
  const saved = question.catalog.segments;
  return field(
    "for",
    segments.map((segment, place) => {
      const text = typeof segment === "string" ? segment : segmentName(segment) || textOf(question, segment);
      return chip(`segment-${place}`, text, () => question.change((now) => void now.segments!.splice(place, 1)));
    }),
    combobox({
      key: "add-segment",
      label: "Compare a segment",
      value: "",
      placeholder: segments.length ? "vs …" : "everybody",
      free: true,
      options: () => saved.flatMap((name) => [{ value: name }, { value: `not ${name}` }]),
      onpick: (text) => {
        const picked = segmentOf(saved, text.trim());
        if (picked) question.change((now) => void (now.segments = [...(now.segments ?? []), picked]));
      },
    }),
  );
}

/** What was chosen: a saved segment, whatever it is called, those not in it, or a condition. */
function segmentOf(saved: string[], text: string): Node | string {
  const inside = (name: string): Node => ({ kind: "in_segment", name });
  if (saved.includes(text)) return inside(text);
  const others = saved.find((name) => text === `not ${name}`);
  return others === undefined ? text : { kind: "not", part: inside(others) };
}

function segmentName(segment: Node): string {
  if (segment.kind === "not" && segment.part.kind === "in_segment") return `not ${segment.part.name}`;
  return segment.kind === "in_segment" ? segment.name : "";
}

/** Choose the first and the last day. */
export function duringField<D extends Clauses>(question: Question<D>): HTMLElement | null {
  if (isCommon(question, "during")) return null;
  const during = question.draft.during ?? { start: null, end: null };
  const range = (side: "start" | "end", value: string) =>
    question.change((now) => {
      const next = { ...(now.during ?? { start: null, end: null }), [side]: value || null };
      now.during = next.start || next.end ? next : null;
    }, true);
  return field("during", h(
    "span",
    { class: "bh-row" },
    day("start", "First day", (during.start ?? "").slice(0, 10), (value) => range("start", value)),
    "to",
    day("end", "Last day", (during.end ?? "").slice(0, 10), (value) => range("end", value)),
  ));
}

/** Choose which events are looked at. */
export function whereField<D extends Clauses>(question: Question<D>): HTMLElement | null {
  if (isCommon(question, "where")) return null;
  const { where } = question.draft;
  const change = (next: Next, quiet = false) =>
    question.change((now) => void (now.where = next(now.where ?? null)), quiet);
  return field(
    "where",
    conditions(question, "where", "filter of all events", where ?? null, change),
    conditionAdder(question, "where", "filter", where ?? null, change),
  );
}

/** Choose how sessions are cut. */
export function sessionsField<D extends { sessions?: Sessions }>(question: Question<D>): HTMLElement {
  const sessions = question.draft.sessions ?? { kind: "sessions", by: "gap", gap: HALF_HOUR };
  return field(
    "session",
    select("session", "How sessions are cut", sessions.by, [
      ["gap", "after a gap"],
      ...(question.catalog.has_sessions ? [["mapped", "by the log's column"] as [string, string]] : []),
      ["off", "not at all"],
    ], (by) => question.change((now) => void (now.sessions = { kind: "sessions", by, gap: HALF_HOUR }))),
    sessions.by === "gap"
      ? span("gap", "Gap between sessions", sessions.gap, (gap, quiet) =>
          question.change((now) => void (now.sessions = { kind: "sessions", by: "gap", gap }), quiet))
      : null,
  );
}
