// UserTimeline: one user's events, found by id, gone through one by one, filtered.

import { combobox } from "./shared/combobox";
import { copyButton } from "./shared/copying";
import { h, iconButton, replace } from "./shared/elements";
import { field, line } from "./shared/fields";
import { facts, mark, type History } from "./shared/history";
import { pages, patiently } from "./shared/people";
import { named, region } from "./shared/region";
import { requestsOf, type Model } from "./shared/requests";
import { number, plural } from "./shared/words";

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
  const asker = requestsOf(model);
  const wrong = h("div", { class: "bh-error", role: "alert" });
  const bar = h("div", { class: "bh-bar" });
  const body = h("div", { role: "group", class: "bh-body", "aria-label": "Events" });
  const around = region(named("User timeline", model), "bh-timeline", null, bar, wrong, body);
  let filter = { event: "", text: "" };
  let shown: Shown | null = null;
  let latest = 0;

  async function load(): Promise<void> {
    const user: string | null = model.get("user");
    const turn = (latest += 1);
    if (user === null) {
      shown = null;
      drawBar();
      replace(body, h("p", { class: "bh-advice" }, "Find a user by the first letters of the id, or go through them with the arrows."));
      return;
    }
    const isWanted = () => turn === latest;
    const found: Shown = await patiently(asker.request("timeline", { user, ...filter }, around.view), body, isWanted);
    if (turn !== latest) return;
    wrong.textContent = found.error ?? "";
    if (found.error) return;
    const isOther = shown?.user !== found.user;
    shown = found;
    drawBar();
    drawBody(found);
    if (isOther) around.announce(`User ${found.user}, ${plural(found.total, "event")}`);
  }

  function choose(user: string | null): void {
    if (user === null || user === model.get("user")) return;
    filter = { event: "", text: "" };
    model.set("user", user);
    model.save_changes();
  }

  function drawBar(): void {
    const segment: string | null = model.get("segment");
    const those = segment === null ? "all users" : segment;
    const step = (sign: string, label: string, to: string | null | undefined) => {
      const button = iconButton(sign, label, () => choose(to ?? null), { "data-key": sign });
      button.toggleAttribute("disabled", !to);
      return button;
    };
    const find = combobox({
      key: "user",
      label: "User: first letters of the id",
      value: model.get("user") ?? "",
      placeholder: "id of a user",
      options: async (typed) => {
        const found: { users: string[]; count: number } = await asker.request("find", { typed }, around.view);
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
        ...model.get("catalog").segments.map((name: string) => ({ value: name, note: "segment" })),
      ],
      onpick: (name) => {
        model.set("segment", name === "all users" ? null : name);
        model.save_changes();
      },
    });
    const place =
      shown === null
        ? ""
        : shown.place === null
          ? `not in ${those}`
          : `${number(shown.place + 1)} of ${number(shown.people)}`;
    replace(
      bar,
      h("strong", { class: "bh-name" }, "User timeline"),
      step("back", "The user before", shown?.previous),
      find,
      step("forth", "The next user", shown?.next),
      h("span", { class: "bh-among" }, place, among),
      shown && copyButton("copy", "Copy as Python", () => shown!.python, around.announce),
    );
  }

  function drawBody(found: Shown): void {
    const narrow = (change: Partial<typeof filter>) => {
      filter = { ...filter, ...change };
      void load();
    };
    const kinds = h(
      "ul",
      { class: "bh-kinds", "aria-label": "Kinds of events" },
      found.kinds.map(([kind, count, place]) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              class: "bh-toggle",
              "aria-pressed": String(filter.event === kind),
              "data-key": `kind-${kind}`,
              title: `Only ${kind}`,
              onclick: () => narrow({ event: filter.event === kind ? "" : kind }),
            },
            mark(place),
            `${kind} ${number(count)}`,
          ),
        ),
      ),
    );
    const search = line("text", "Only events with this text", filter.text, (text) => narrow({ text: text.trim() }), {
      type: "search",
      placeholder: "in names and properties",
    });
    replace(
      body,
      facts(found),
      kinds,
      h("div", { class: "bh-tools" }, field("With this text", search)),
      found.matching
        ? pages(asker, found, { user: found.user, ...filter }, around.view)
        : h("p", { class: "bh-advice" }, "No event of this user matches; take the filter away."),
    );
  }

  const listeners: [string, () => void][] = [
    ["change:user", () => void load()],
    ["change:segment", () => void (model.get("user") === null ? drawBar() : load())],
    ["change:catalog", drawBar],
    ["change:told", () => void load()],
  ];
  listeners.forEach(([name, listener]) => model.on(name, listener));
  el.append(around.root);
  void load();
  return () => {
    listeners.forEach(([name, listener]) => model.off(name, listener));
    around.close();
  };
}

export default { render };
