// UserTimeline: one user's events, found by id, gone through one by one, filtered.

import { combobox } from "./shared/combobox";
import { copyButton } from "./shared/copying";
import { enable, h, iconButton, replace } from "./shared/elements";
import { field, line } from "./shared/fields";
import { facts, mark, type History } from "./shared/history";
import { pages, patiently } from "./shared/people";
import { questionOf } from "./shared/question";
import { named, region } from "./shared/region";
import type { Model } from "./shared/requests";
import { number, plural } from "./shared/words";

/** What is looked at: whose events, of whose segment, of which kind, with which text. */
interface Timeline {
  user: string | null;
  segment: string | null;
  event: string | null;
  text: string | null;
}

const NOTHING: Timeline = { user: null, segment: null, event: null, text: null };

interface Shown extends History {
  error?: string;
  /** The user's place among those who are gone through; null where they are not one of them. */
  place: number | null;
  people: number;
  previous: string | null;
  next: string | null;
  /** The call in Python that gives the same. */
  python: string;
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const question = questionOf<Timeline>(model, NOTHING, () => true);
  const announce = (words: string) => around.announce(words);
  const wrong = h("div", { class: "bh-error", role: "alert" });
  const undo = iconButton("undo", "Undo", () => question.undo(), { "data-key": "undo" });
  const redo = iconButton("redo", "Redo", () => question.redo(), { "data-key": "redo" });
  const command = h("code", { class: "bh-command" });
  const copy = copyButton("copy", "Copy as text", () => model.get("text"), announce);
  const python = copyButton("python", "Copy as Python", () => shown!.python, announce);
  const who = h("div", { role: "group", class: "bh-bar bh-who", "aria-label": "User" });
  const body = h("div", { role: "group", class: "bh-body", "aria-label": "Events" });
  const around = region(
    named("User timeline", model),
    "bh-timeline",
    question,
    h(
      "div",
      { class: "bh-bar" },
      h("strong", { class: "bh-name" }, "User timeline"),
      undo,
      redo,
      h("span", { class: "bh-text" }, command, copy, python),
    ),
    who,
    wrong,
    body,
  );
  let shown: Shown | null = null;
  /** Who comes first, where nobody is chosen yet. */
  let first: string | null = null;
  let latest = 0;

  async function load(): Promise<void> {
    const asked = { ...question.draft };
    const turn = (latest += 1);
    const isWanted = () => turn === latest;
    if (asked.user === null) {
      shown = null;
      first = null;
      showError();
      drawWho();
      const { users, error }: { users?: string[]; error?: string } = await patiently(
        question.request("find", { typed: "", segment: asked.segment }, `${around.view} first`), body, isWanted,
      );
      if (turn !== latest) return;
      showError(error);
      first = users?.[0] ?? null;
      drawWho();
      const nobody = asked.segment === null ? "The log has no users." : `Nobody is in ${asked.segment}.`;
      const advice = first ? "Find a user by the first letters of the id, or go through them with the arrows." : nobody;
      replace(body, h("p", { class: "bh-advice" }, advice));
      return;
    }
    const found: Shown = await patiently(question.request("timeline", { ...asked }, around.view), body, isWanted);
    if (turn !== latest) return;
    showError(found.error);
    if (found.error) return;
    const isOther = shown?.user !== found.user;
    shown = found;
    drawWho();
    drawBody(found, asked);
    if (isOther) announce(`User ${found.user}, ${plural(found.total, "event")}`);
  }

  function choose(user: string | null): void {
    if (user !== null) question.change((draft) => void (draft.user = user));
  }

  function showError(error = ""): void {
    wrong.textContent = model.get("error") || error;
  }

  function showBar(): void {
    command.textContent = model.get("text");
    // What was refused, or is not sent yet, is not what the line says.
    copy.toggleAttribute("disabled", !model.get("text") || !question.isTaken);
    python.toggleAttribute("disabled", shown?.user !== question.draft.user);
    enable(redo, question.canRedo, undo);
    enable(undo, question.canUndo, redo);
  }

  function drawWho(): void {
    showBar();
    const { user, segment } = question.draft;
    const those = segment === null ? "all users" : segment;
    const step = (sign: string, label: string, to: string | null | undefined) => {
      const button = iconButton(sign, label, () => choose(to ?? null), { "data-key": sign });
      button.toggleAttribute("disabled", !to);
      return button;
    };
    const find = combobox({
      key: "user",
      label: "User: first letters of the id",
      value: user ?? "",
      placeholder: "id of a user",
      options: async (typed) => {
        const found: { users: string[]; count: number } = await question.request("find", { typed, segment }, around.view);
        return found.users.map((id) => ({ value: id }));
      },
      onpick: choose,
    });
    find.classList.add("bh-finder");
    const among = combobox({
      key: "segment",
      label: "Go through the users of",
      value: those,
      options: () => [
        { value: "all users" },
        ...question.catalog.segments.map((name) => ({ value: name, note: "segment" })),
      ],
      onpick: (name) => question.change((draft) => void (draft.segment = name === "all users" ? null : name)),
    });
    const place =
      shown === null
        ? ""
        : shown.place === null
          ? `not in ${those}`
          : `${number(shown.place + 1)} of ${number(shown.people)}`;
    replace(
      who,
      step("back", "The user before", shown?.previous),
      find,
      step("forth", shown ? "The next user" : "The first user", shown ? shown.next : first),
      h("span", { class: "bh-among" }, place, among),
    );
  }

  function drawBody(found: Shown, asked: Timeline): void {
    const narrow = (change: Partial<Timeline>) => question.change((draft) => void Object.assign(draft, change));
    const all = [...found.kinds];
    // The kind that is asked for can be one that this user has none of.
    if (asked.event !== null && !all.some(([kind]) => kind === asked.event)) {
      all.push([asked.event, 0, question.catalog.events.indexOf(asked.event)]);
    }
    const kinds = h(
      "ul",
      { class: "bh-kinds", "aria-label": "Kinds of events" },
      all.map(([kind, count, place]) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              class: "bh-toggle",
              "aria-pressed": String(asked.event === kind),
              "data-key": `kind-${kind}`,
              title: `Only ${kind}`,
              onclick: () => narrow({ event: asked.event === kind ? null : kind }),
            },
            mark(place),
            `${kind} ${number(count)}`,
          ),
        ),
      ),
    );
    const search = line("text", "Only events with this text", asked.text ?? "", (text) => narrow({ text: text.trim() || null }), {
      type: "search",
      placeholder: "in names and properties",
    });
    replace(
      body,
      facts(found),
      kinds,
      h("div", { class: "bh-tools" }, field("With this text", search)),
      found.matching
        ? pages(question, found, { ...asked }, around.view)
        : h("p", { class: "bh-advice" }, "No event of this user matches; take the filter away."),
    );
  }

  const again = () => void load();
  const ends = [
    question.on("draft", again),
    question.on("catalog", drawWho),
    question.on("text", showBar),
    question.on("busy", showBar),
    question.on("history", showBar),
    question.on("error", () => showError()),
  ];
  model.on("change:told", again);
  el.append(around.root);
  again();
  return () => {
    [...ends, around.close].forEach((end) => end());
    model.off("change:told", again);
  };
}

export default { render };
