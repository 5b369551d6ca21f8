// The users behind a number: how many, the first of them, what each did, and a name to keep them.

import { focusOn, h, icon, iconButton, replace } from "./elements";
import { facts, happenings, type Happened, type History } from "./history";
import { keeper } from "./keeper";
import type { Around } from "./region";
import type { Requests } from "./requests";
import { number, plural } from "./words";

interface Found {
  error?: string;
  count: number;
  first: string[];
  /** Who they are, as a segment in text. */
  text: string;
  /** The line of magic that asks for them. */
  line: string;
}

const PATIENCE = 4000;

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
  const body = h("div", {}, h("p", { class: "bh-quiet", role: "status" }, "Looking for them …"));
  const panel = h(
    "div",
    {
      role: "group",
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
    if (opener?.isConnected) opener.focus();
  }

  const found: Found = await patiently(asker.request("users", { pick, answer: asker.model.get("answered") }, frame.view), body);
  if (found.error) {
    replace(body, h("p", { class: "bh-error", role: "alert" }, found.error));
    return;
  }
  frame.announce(plural(found.count, "user"));
  const left = found.count - found.first.length;
  const list = h(
    "div",
    {},
    h("p", { class: "bh-big" }, number(found.count), h("small", {}, found.count === 1 ? " user" : " users")),
    keeper(asker, frame.view, () => found.text, {
      key: "people", placeholder: "name of a segment", save: "Save as segment", nameless: "Give them a name first.",
    }),
    found.first.length
      ? h(
          "ol",
          { class: "bh-ids", "aria-label": "Ids of users" },
          found.first.map((id, place) =>
            h(
              "li",
              {},
              h(
                "button",
                { type: "button", class: "bh-id", title: `What ${id} did`, "data-key": `user-${place}`, onclick: () => void look(id, place) },
                id,
              ),
            ),
          ),
        )
      : null,
    left > 0 ? h("p", { class: "bh-quiet" }, `… and ${number(left)} more`) : null,
    h("code", { class: "bh-command" }, found.line),
  );
  replace(body, list);

  async function look(user: string, place: number): Promise<void> {
    const back = h(
      "button",
      {
        type: "button",
        class: "bh-button",
        "data-key": "back",
        onclick: () => {
          replace(body, list);
          focusOn(body, `user-${place}`);
        },
      },
      icon("back"),
      "All of them",
    );
    const shown = h("div", {}, h("p", { class: "bh-quiet" }, "Looking …"));
    replace(body, h("div", { class: "bh-row" }, back, h("strong", { class: "bh-user" }, user)), shown);
    back.focus();
    await showHistory(asker, frame, shown, user);
  }
}

async function showHistory(asker: Requests, frame: Around, body: Element, user: string): Promise<void> {
  const found = await patiently(asker.request("timeline", { user }, frame.view), body);
  if (found.error) {
    replace(body, h("p", { class: "bh-error", role: "alert" }, found.error));
    return;
  }
  frame.announce(`${plural(found.total, "event")} of ${user}`);
  replace(body, facts(found), ...pages(asker, found, { user }, frame.view));
}

/** The events of a user from the last back to the first, as many at once as one answer has. */
export function pages(asker: Requests, found: History, asked: Record<string, unknown>, view: string): Element[] {
  let events: Happened[] = found.events;
  let begin = found.begin;
  const said = h("p", { class: "bh-quiet" });
  const earlier = h("button", { type: "button", class: "bh-button", "data-key": "earlier", onclick: () => void more() });
  const list = h("div", { class: "bh-history", tabindex: "0", role: "group", "aria-label": `Events of ${found.user}` });

  async function more(): Promise<void> {
    const older: History & { error?: string } = await asker.request(
      // The next user may be on the way: that is not called off.
      "timeline", { ...asked, before: begin }, `${view} before`,
    );
    if (older.error) {
      said.textContent = older.error;
      return;
    }
    events = [...older.events, ...events];
    begin = older.begin;
    draw();
  }

  function draw(): void {
    const what = plural(found.matching, found.matching === found.total ? "event" : "matching event");
    said.textContent = begin ? `The last ${number(events.length)} of ${what}.` : `${what}.`;
    earlier.hidden = begin === 0;
    earlier.textContent = `Show ${number(Math.min(begin, found.events.length))} earlier`;
    replace(list, happenings(events, found.kinds));
  }

  draw();
  return [h("div", { class: "bh-row" }, said, earlier), list];
}

/** Wait for an answer; where it does not come soon, say what may be the matter. */
export async function patiently<T>(
  answer: Promise<T>,
  body: Element,
  isWanted: () => boolean = () => true,
): Promise<T> {
  const waiting = setTimeout(
    () =>
      isWanted() && replace(
        body,
        h(
          "p",
          { class: "bh-quiet", role: "status" },
          "No answer yet: the kernel is busy. If it was started anew, run the cell again.",
        ),
      ),
    PATIENCE,
  );
  const found = await answer;
  clearTimeout(waiting);
  return found;
}
