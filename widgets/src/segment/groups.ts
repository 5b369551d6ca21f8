// Groups of conditions: all, any or none of them have to hold; groups in groups.

import { begun, nodeOf } from "../shared/comparisons";
import { combobox, type Option } from "../shared/combobox";
import { focusOn, h, icon, iconButton } from "../shared/elements";
import { eventsName } from "../shared/events";
import { eventOptions, propertyValue, select } from "../shared/fields";
import type { Frame } from "../shared/frame";
import {
  did, firstOf, holdsAny, inSegment, isGroup, itemAt, ofUser, paths, rowEvents, SPECIAL,
  type Ask, type Group, type Item, type Mode, type Row,
} from "./definition";
import type { Effects } from "./effects";
import { rowFields } from "./rows";

const MODES: [Mode, string][] = [["all", "all of these"], ["any", "any of these"], ["none", "none of these"]];
const JOINED: Record<Mode, string> = { all: "and", any: "or", none: "nor" };

/** A place in the draft, such as 0.2.0, as people count: 3.1. */
const counted = (key: string) => key.split(".").slice(1).map((place) => Number(place) + 1).join(".");

/** Make the outermost group. */
export function conditionTree(question: Ask, around: Frame, effects: Effects): HTMLElement {
  const places = paths(question.draft);
  effects.begin();
  return groupBox(question.draft.root, "0", null);

  function groupBox(group: Group, key: string, remove: (() => void) | null): HTMLElement {
    const words = MODES.find(([mode]) => mode === group.group)![1];
    const label = remove ? `Group ${counted(key)}: ${words}` : `Users who meet ${words}`;
    return h(
      "div",
      { class: remove ? "bh-group bh-inner" : "bh-group", role: "group", "aria-label": label },
      h(
        "div",
        { class: "bh-row bh-group-head" },
        h("span", { class: "bh-word" }, remove ? "meets" : "Users who meet"),
        select(`${key}-mode`, remove ? `Group ${counted(key)}: which of its conditions` : "Which of the conditions", group.group, MODES, (mode) =>
          question.change(() => void (group.group = mode as Mode))),
        remove ? null : h("span", { class: "bh-live bh-soft" }),
        remove && effects.badge(places.get(group), `the group, ${words}`),
        remove && iconButton("close", `Remove group ${counted(key)} and what is in it`, remove, { "data-key": `${key}-remove` }),
      ),
      h(
        "ul",
        { class: "bh-parts" },
        group.parts.map((item, place) => part(group, item, place, `${key}.${place}`)),
      ),
      h(
        "div",
        { class: "bh-row bh-adders" },
        adder(group, key),
        h(
          "button",
          { type: "button", class: "bh-button", "data-key": `${key}-add-group`,
            "aria-label": key === "0" ? "Add a group" : `Add a group to group ${counted(key)}`, onclick: () => addGroup(group, key) },
          icon("add"),
          "group",
        ),
      ),
    );
  }

  function part(group: Group, item: Item, place: number, key: string): HTMLElement {
    const remove = () => {
      question.change(() => void group.parts.splice(place, 1));
      around.announce(isGroup(item) ? "Removed the group" : `Removed ${titleOf(item)}`);
      const parent = key.slice(0, key.lastIndexOf("."));
      focusOn(around.controls, `${parent}-add`);
    };
    return h(
      "li",
      { class: "bh-part-row" },
      h("span", { class: "bh-joined" }, place ? JOINED[group.group] : ""),
      isGroup(item) ? groupBox(item, key, remove) : rowBox(item, key, remove),
    );
  }

  function rowBox(item: Row, key: string, remove: () => void): HTMLElement {
    const name = `Condition ${counted(key)}`;
    return h(
      "div",
      { class: "bh-sentence", role: "group", "aria-label": `${name}: ${titleOf(item)}` },
      h("div", { class: "bh-lines-of-row" }, rowFields({
        question, row: item, key, name, path: places.get(item) ?? "",
        edit: (change, quiet) => question.change(change, quiet),
      })),
      effects.badge(places.get(item), titleOf(item)),
      iconButton("close", `Remove ${name}, ${titleOf(item)}`, remove, { "data-key": `${key}-remove` }),
    );
  }

  function adder(group: Group, key: string): HTMLElement {
    return combobox({
      key: `${key}-add`,
      label: key === "0" ? "Add a condition" : `Add a condition to group ${counted(key)}`,
      value: "",
      placeholder: holdsAny(group) ? "+ another condition …" : "+ a condition: an event, a property …",
      options: () => offered(question),
      onpick: async (picked) => {
        const item = await started(question, picked);
        // The draft may be another since its values were asked for.
        const now = itemAt(question.draft, key);
        if (!item || !now || !isGroup(now)) return;
        const place = now.parts.length;
        question.change(() => void now.parts.push(item));
        around.announce(`Added ${titleOf(item)}`);
        focusOn(around.controls, firstKey(around.controls, `${key}.${place}-`));
      },
    });
  }

  function addGroup(group: Group, key: string): void {
    const place = group.parts.length;
    const other: Mode = group.group === "any" ? "all" : "any";
    question.change(() => void group.parts.push({ group: other, parts: [] }));
    around.announce("Added a group");
    focusOn(around.controls, `${key}.${place}-add`);
  }
}

/** The key of the first field whose key begins so. */
const firstKey = (element: HTMLElement, begin: string): string =>
  element.querySelector<HTMLElement>(`[data-key^="${CSS.escape(begin)}"]`)?.dataset.key ?? "";

/** A condition in a few words. */
function titleOf({ row, not }: Row): string {
  const left = row.left ?? row.value;
  const words =
    row.kind === "in_segment" ? `in ${row.name}`
    : row.kind === "seen" ? `${row.which} seen`
    : row.kind === "inactive" ? "not active"
    : left?.kind === "first_last" ? `${left.which} ${left.property}`
    : left?.kind === "property" ? propertyValue(left)
    : rowEvents(row) ? eventsName(rowEvents(row)!)
    : "as text";
  return not ? `not ${words}` : words;
}

/** What a condition can be about. */
function offered(question: Ask): Option[] {
  const { properties, segments } = question.catalog;
  const of = (owner: string) => properties.filter((one) => one.owner === owner);
  return [
    ...eventOptions(question).map((one) => ({ ...one, value: `event ${one.value}`, label: one.value, group: "Did an event" })),
    ...of("user").map((one) => ({ value: `user ${one.name}`, label: `user.${one.name}`, note: one.kind, group: "Property of the user" })),
    ...of("event").map((one) => ({ value: `value ${one.name}`, label: one.name, note: one.kind, group: "First or last value of a property" })),
    ...segments.map((name) => ({ value: `segment ${name}`, label: name, group: "In a saved segment" })),
    ...(question.events.length
      ? Object.entries(SPECIAL).map(([kind, { label }]) => ({ value: `special ${kind}`, label, group: "When, and in which order" }))
      : []),
  ];
}

/** Begin the condition that was picked. */
async function started(question: Ask, picked: string): Promise<Row | null> {
  const [kind] = picked.split(" ", 1);
  const name = picked.slice(kind.length + 1);
  const row = (node: Row["row"]): Row => ({ row: node, not: false });
  if (kind === "event") return row(did(name));
  if (kind === "segment") return row(inSegment(name));
  if (kind === "special") return row(SPECIAL[name].begun(question.events.map(([event]) => event)));
  const owner = kind === "user" ? "user" : "event";
  const property = question.catalog.properties.find((one) => one.name === name && one.owner === owner);
  if (!property) return null;
  // Whose values are looked at first: those of this kind of property begin with the most frequent.
  return row(nodeOf(kind === "user" ? ofUser(name) : firstOf(name), await begun(question, property)));
}
