// The users behind a number: how many, the first of them, and a name to keep them under.

import { h, iconButton, replace } from "./elements";
import { line } from "./fields";
import type { Requests } from "./requests";
import { number, plural } from "./words";

/** The widget around a list of users. */
export interface Around {
  root: HTMLElement;
  /** Say something to those who do not see the page. */
  announce(sentence: string): void;
}

/** Show the users of a pick below the part of the answer they are in; `title` says who they are. */
export async function showPeople(
  asker: Requests,
  frame: Around,
  below: Element,
  pick: Record<string, unknown>,
  title: string,
): Promise<void> {
  const opener = (frame.root.getRootNode() as Document).activeElement as HTMLElement | null;
  frame.root.querySelector(".bh-people")?.remove();
  const body = h("div", {}, h("p", { class: "bh-quiet" }, "Looking for them …"));
  const panel = h(
    "section",
    {
      class: "bh-people",
      "aria-label": title,
      tabindex: "-1",
      onkeydown: (event: KeyboardEvent) => event.key === "Escape" && close(),
    },
    h(
      "div",
      { class: "bh-row" },
      h("strong", {}, title),
      iconButton("close", "Close the list of users", () => close(), { class: "bh-icon-button bh-end" }),
    ),
    body,
  );
  below.after(panel);
  panel.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });

  function close(): void {
    panel.remove();
    opener?.focus();
  }

  const found = await asker.request("users", { pick });
  if (found.error) {
    replace(body, h("p", { class: "bh-error" }, found.error));
    return;
  }
  frame.announce(plural(found.count, "user"));
  const said = h("span", { class: "bh-quiet", role: "status" });
  const name = line("people-name", "Name of the segment", "", () => undefined, {
    placeholder: "name of a segment",
    onkeydown: (event: KeyboardEvent) => event.key === "Enter" && void save(),
  }) as HTMLInputElement;
  const left = found.count - found.first.length;
  replace(
    body,
    h("p", { class: "bh-big" }, number(found.count), h("small", {}, found.count === 1 ? " user" : " users")),
    h(
      "div",
      { class: "bh-row" },
      name,
      h("button", { type: "button", class: "bh-button", onclick: () => void save() }, "Save as segment"),
      said,
    ),
    h("ol", { class: "bh-ids", tabindex: "0", "aria-label": "Ids of users" },
      found.first.map((id: string) => h("li", { title: id }, id))),
    left > 0 ? h("p", { class: "bh-quiet" }, `… and ${number(left)} more`) : null,
    h("code", { class: "bh-command" }, `%segment ${found.text}`),
  );

  async function save(): Promise<void> {
    if (!name.value.trim()) {
      said.textContent = "Give them a name first.";
      name.focus();
      return;
    }
    const reply = await asker.request("save", { pick, name: name.value.trim() });
    said.textContent = reply.error ?? `Saved: ask for “${reply.saved}” in any question.`;
  }
}
