// Explorer: all explorers of a log in tabs, under one bar for range, filter and segments.

import { duringField, segmentsField, whereField, type Clauses } from "./shared/clauses";
import { h, iconButton, replace } from "./shared/elements";
import { questionOf } from "./shared/question";
import { named, region } from "./shared/region";
import type { Model } from "./shared/requests";

/** The part of anywidget's host that is used. */
interface Host {
  getWidget(reference: string): Promise<{ render(view: { el: HTMLElement; signal?: AbortSignal }): Promise<void> }>;
}

const LABELS: Record<string, string> = {
  segment: "Segments", funnel: "Funnel", retention: "Retention", paths: "Paths", trend: "Trends",
  timeline: "Users",
};
/** What the bar does not limit, and why. */
const NOT_LIMITED: Record<string, string> = {
  segment: "A segment is of the whole log: range, filter and segments above are of the tabs beside.",
  timeline: "A user is shown whole: range, filter and segments above are of the tabs beside.",
};
const EMPTY: Clauses = { where: null, segments: [], during: null };

function render({ model, el, host, signal }: { model: Model; el: HTMLElement; host: Host; signal: AbortSignal }): () => void {
  const question = questionOf(model, EMPTY, () => true);
  const kinds: string[] = model.get("names");
  const sentence = h("div", { class: "bh-error", role: "alert" });
  const bar = h("div", { role: "group", class: "bh-app-bar", "aria-label": "Range, filter and segments of all tabs" });
  const tabs = kinds.map((kind) =>
    h("button", {
      type: "button",
      role: "tab",
      class: "bh-tab",
      "data-kind": kind,
      onclick: () => select(kind),
      onkeydown: (event: KeyboardEvent) => walk(event, kind),
    }, LABELS[kind]),
  );
  const panels = new Map(kinds.map((kind) => [
    kind,
    h("div", { class: "bh-panel", role: "tabpanel", "aria-label": LABELS[kind] },
      NOT_LIMITED[kind] ? h("p", { class: "bh-quiet bh-not-limited" }, NOT_LIMITED[kind]) : null),
  ]));
  const rendered = new Set<string>();
  const tablist = h("div", { class: "bh-tabs", role: "tablist", "aria-label": "Analyses" }, tabs);
  const around = region(named("Explore", model), "bh-app", question, bar, sentence, tablist, [...panels.values()]);
  el.append(around.root);

  function select(kind: string): void {
    if (model.get("selected") === kind) return;
    model.set("selected", kind);
    model.save_changes();
  }

  function walk(event: KeyboardEvent, kind: string): void {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = by ? kinds.indexOf(kind) + by : { Home: 0, End: kinds.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const place = (next + kinds.length) % kinds.length;
    select(kinds[place]);
    tabs[place].focus();
  }

  const showBar = () =>
    replace(
      bar,
      h("strong", { class: "bh-name" }, question.catalog.log || "Log"),
      iconButton("undo", "Undo the change of range, filter or segments", () => question.undo(), {
        "data-key": "bar-undo", disabled: !question.canUndo,
      }),
      duringField(question),
      whereField(question),
      segmentsField(question),
    );
  const showError = () => {
    sentence.textContent = model.get("error");
  };
  const showTab = () => {
    const selected: string = model.get("selected");
    tabs.forEach((tab) => {
      const isSelected = tab.dataset.kind === selected;
      tab.setAttribute("aria-selected", String(isSelected));
      tab.tabIndex = isSelected ? 0 : -1;
    });
    panels.forEach((panel, kind) => panel.toggleAttribute("hidden", kind !== selected));
    const reference: string | undefined = model.get("tabs")[selected];
    if (rendered.has(selected)) return;
    const panel = panels.get(selected)!;
    const waiting = h("p", { class: "bh-quiet bh-loading", role: "status" }, "Loading …");
    replace(panel, waiting);
    if (!reference) return;
    rendered.add(selected);
    host.getWidget(reference)
      .then((widget) => widget.render({ el: panel, signal }))
      .then(() => waiting.remove())
      .catch((error: unknown) => {
        waiting.remove();
        rendered.delete(selected);
        sentence.textContent = `${LABELS[selected]} cannot be shown (${error}): choose another tab, then this one again.`;
      });
  };

  const ends = [
    question.on("draft", showBar),
    question.on("catalog", showBar),
    question.on("parts", showBar),
    question.on("history", showBar),
    question.on("error", showError),
  ];
  model.on("change:selected", showTab);
  model.on("change:tabs", showTab);
  showBar();
  showError();
  showTab();
  return () => {
    [...ends, around.close].forEach((end) => end());
    model.off("change:selected", showTab);
    model.off("change:tabs", showTab);
  };
}

export default { render };
