// Who is in a segment: how many, under which name to keep them, with whom they are shared, over time.

import { lines } from "../shared/charts";
import { colours } from "../shared/colours";
import { h, replace, type Child } from "../shared/elements";
import { select } from "../shared/fields";
import type { Frame } from "../shared/frame";
import { keeper } from "../shared/keeper";
import { periodNames } from "../shared/lines";
import { showPeople } from "../shared/people";
import { interval, MISSING, number, percent, plural } from "../shared/words";
import { FORM, type Ask } from "./definition";
import { furtherOf, type Overlap } from "./effects";

export interface Answer {
  about: string;
  rule: string;
  nothing: string;
  users: number;
  seen: number;
  share: number | null;
  low: number | null;
  high: number | null;
  per: string;
}

interface OverTime {
  period: string[];
  users: number[];
  share: (number | null)[];
  complete: boolean[];
  error?: string;
}

const PERIODS: [string, string][] = [["day", "per day"], ["week", "per week"], ["month", "per month"]];

/** What is shown below the number, filled as it is told. */
export interface Below {
  answered(answer: Answer): Child[];
  show(): void;
}

/** The share in a few words. */
export const shareOf = ({ share, seen }: Answer): string => `${percent(share)} of ${number(seen)}`;

export function below(question: Ask, around: () => Frame): Below {
  const shared = h("div");
  const sized = h("div");
  let per = "";
  let drawn = "";

  function answered(answer: Answer): Child[] {
    per ||= answer.per;
    const { users, seen, share, low, high } = answer;
    const people = plural(users, "user");
    const says = `${people}, ${shareOf(answer)}`;
    return [
      h("h3", {}, "In the segment"),
      h(
        "div",
        { class: "bh-total" },
        h("button", {
          type: "button", class: "bh-count", "data-key": "users", "aria-label": `${says}. Show them.`, title: "Show them",
          disabled: users === 0,
          onclick: () => void showPeople(question, around(), around().answer.querySelector(".bh-total")!, {}, "Users in the segment"),
        }, number(users)),
        h("span", {}, users === 1 ? "user" : "users"),
        h("span", { class: "bh-soft" }, share === null ? "" : shareOf(answer)),
      ),
      h(
        "div",
        { class: "bh-track", role: "img", "aria-label": `${percent(share)}, 95 % interval ${interval(low, high)}`, title: `95 %: ${interval(low, high)}`, style: `--bh-paint:${colours(["users"])[0]}` },
        h("span", { class: "bh-reached", style: `left:0;width:${100 * (share ?? 0)}%;min-width:${users ? 3 : 0}px` }),
        low === null || high === null ? null : h("span", { class: "bh-whisker", style: `left:${100 * low}%;width:${100 * (high - low)}%` }),
      ),
      answer.nothing ? h("p", { class: "bh-quiet" }, answer.nothing) : null,
      h("p", { class: "bh-quiet" }, answer.about),
      // What is built is kept, though its number may be still to come.
      keeper(question, around().view, () => FORM.write(question.draft), {
        key: "segment", placeholder: "name of the segment", save: "Save segment", nameless: "Give it a name first.",
      }),
      shared,
      seen ? sized : null,
      h("p", { class: "bh-rule" }, answer.rule),
    ];
  }

  function show(): void {
    const found = furtherOf(question);
    shared.toggleAttribute("data-old", !found);
    sized.toggleAttribute("data-old", true);
    if (!found) return;
    replace(shared, found.error ? h("p", { class: "bh-error" }, found.error) : overlaps(question, around, found.overlap ?? []));
    void showOverTime();
  }

  async function showOverTime(): Promise<void> {
    const asked = question.asked;
    const found: OverTime = await question.request("over_time", { per }, around().view, () => {
      if (asked === question.asked) void showOverTime();
    });
    if (asked !== question.asked) return;
    sized.removeAttribute("data-old");
    // The same once more would close what was opened on it meanwhile, and move the focus.
    const { period, users, share, complete, error } = found;
    const shown = JSON.stringify([asked, question.model.get("text"), per, period, users, share, complete, error]);
    if (shown === drawn) return;
    drawn = shown;
    const head = h(
      "div",
      { class: "bh-row" },
      h("h4", {}, "Size over time"),
      select("per", "Size over time", per, PERIODS, (picked) => {
        per = picked;
        void showOverTime();
      }),
    );
    replace(sized, h("div", { role: "group", class: "bh-part", "aria-label": "Size over time" }, head, found.error ? h("p", { class: "bh-error" }, found.error) : chart(found, per)));
  }

  function chart(found: OverTime, per: string): HTMLElement {
    const [colour] = colours(["users"]);
    const note = found.users.map((users) => plural(users, "user"));
    const names = periodNames(found.period).long;
    const figure: HTMLElement = lines(
      [{ name: "In the segment", colour, period: found.period, value: found.share, complete: found.complete, note }],
      `Share of the users seen by the end of each period: ${note[note.length - 1] ?? ""} at the end`,
      {
        key: "over-time",
        onpick: (_, place) => void showPeople(question, around(), figure, { per, period: found.period[place] },
          `In the segment at the end of ${names[place]}${found.complete[place] ? "" : ", as far as the log goes"}`),
      },
    );
    return h(
      "div",
      {},
      figure,
      h("p", { class: "bh-quiet" }, "Share of the users seen by the end of each period; dashed: not over yet."),
    );
  }

  return { answered, show };
}

/** How many are in saved segments too. */
function overlaps(question: Ask, around: () => Frame, rows: Overlap[]): Child {
  if (!rows.length) return null;
  const [colour] = colours(["users"]);
  const share = (value: number | null) =>
    h("td", { class: "bh-share" },
      h("span", { class: "bh-share-bar" },
        h("span", { class: "bh-track" }, h("span", { class: "bh-reached", style: `left:0;width:${100 * (value ?? 0)}%;min-width:${value ? 3 : 0}px;--bh-paint:${colour}` })),
        h("span", {}, value === null ? MISSING : percent(value))));
  return h(
    "div",
    { role: "group", class: "bh-part", "aria-label": "Overlap with saved segments" },
    h("h4", {}, "Also in saved segments"),
    h(
      "table",
      { class: "bh-table bh-overlap" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "segment"), h("th", { scope: "col", class: "bh-figure" }, "in both"),
        h("th", { scope: "col" }, "of these users"), h("th", { scope: "col" }, "of that segment"))),
      h("tbody", {}, rows.map((row) =>
        h(
          "tr",
          {},
          h("th", { scope: "row", title: plural(row.size, "user") }, row.segment),
          h("td", { class: "bh-figure" }, h("button", {
            type: "button", class: "bh-link", "data-key": `both-${row.segment}`, disabled: row.both === 0,
            "aria-label": `${plural(row.both, "user")} also in ${row.segment}. Show them.`,
            onclick: () => void showPeople(question, around(), around().answer.querySelector(".bh-overlap")!, { both: row.segment }, `Also in ${row.segment}`),
          }, number(row.both))),
          share(row.share_of_this),
          share(row.share_of_that),
        ))),
    ),
  );
}
