// A name to keep users under; one that is taken is given only after asking.

import { h, replace } from "./elements";
import { line } from "./fields";
import type { Requests } from "./requests";

/** What the field says of the users it keeps. */
export interface Keeping {
  key: string;
  placeholder: string;
  save: string;
  nameless: string;
}

/** Make the field for the name of a segment: its text, or a definition. */
export function keeper(asker: Requests, view: string, segment: () => unknown, words: Keeping): HTMLElement {
  const said = h("span", { class: "bh-quiet", role: "status" });
  const name = line(`${words.key}-name`, "Name of the segment", "", () => undefined, {
    placeholder: words.placeholder,
    onkeydown: (event: KeyboardEvent) => event.key === "Enter" && void save(false),
  }) as HTMLInputElement;
  const button = (key: string, label: string, onclick: () => void) =>
    h("button", { type: "button", class: "bh-button", "data-key": `${words.key}-${key}`, onclick }, label);
  const asking = h("div", { class: "bh-row" });

  async function save(replaces: boolean): Promise<void> {
    const given = name.value.trim();
    replace(asking);
    if (!given) {
      said.textContent = words.nameless;
      name.focus();
      return;
    }
    const reply = await asker.request("save", { segment: segment(), name: given, replace: replaces }, view);
    if (reply.taken) {
      said.textContent = `“${given}” is taken: ${reply.taken}`;
      const yes = button("replace", "Replace it", () => void save(true));
      replace(asking, yes, button("keep", "Keep it", () => {
        replace(asking);
        said.textContent = "";
        name.focus();
      }));
      yes.focus();
      return;
    }
    said.textContent = reply.error ?? `Saved: ask for “${reply.saved}” in any question.`;
  }

  return h(
    "div",
    { class: "bh-keeper" },
    h("div", { class: "bh-row" }, name, button("save", words.save, () => void save(false))),
    said,
    asking,
  );
}
