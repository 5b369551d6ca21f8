// A field with a searchable list: the combobox pattern of the ARIA authoring practices.

import { h, replace } from "./elements";

export interface Option {
  value: string;
  label?: string;
  /** Said beside the label, such as how many there are. */
  note?: string;
  /** The heading it stands under; options of one heading follow each other. */
  group?: string;
}

const MOST = 80;
/** So many under each heading, until something is typed. */
const MOST_OF_GROUP = 6;
let made = 0;

export interface Combobox {
  key: string;
  label: string;
  value: string;
  placeholder?: string;
  /** Those that the typed text may mean; the list ranks them by it. */
  options: (typed: string) => Option[] | Promise<Option[]>;
  onpick: (value: string) => void;
  /** Whether what is typed may be taken although it is not in the list. */
  free?: boolean;
  /** Whether the field is empty again once something is picked. */
  empties?: boolean;
}

/** Make a field in which one of many names is found by typing a part of it. */
export function combobox(given: Combobox): HTMLElement {
  const id = `bh-list-${(made += 1)}`;
  let shown: Option[] = [];
  let active = -1;
  let current = given.value;
  /** The lists that were asked for, and the last that is there or no longer wanted. */
  let asked = 0;
  let answered = 0;
  const list = h("ul", {
    id,
    class: "bh-list",
    role: "listbox",
    popover: "manual",
    "aria-label": given.label,
  });
  const input = h("input", {
    class: "bh-input",
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "data-key": given.key,
    "aria-label": given.label,
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-autocomplete": "list",
    placeholder: given.placeholder ?? "",
    value: given.value,
    onfocus: () => (input as HTMLInputElement).select(),
    onclick: () => open(""),
    oninput: () => {
      input.dataset.typing = ""; // see `replace`
      void open(input.value);
    },
    onblur: () => leave(),
    onkeydown: (event: KeyboardEvent) => press(event),
  }) as HTMLInputElement;

  async function open(typed: string): Promise<void> {
    const turn = (asked += 1);
    const found = await given.options(typed);
    // A slower answer to what was typed before comes too late.
    if (turn !== asked || turn === answered) return;
    if (!input.isConnected || (input.getRootNode() as Document).activeElement !== input) return;
    answered = turn;
    const ranked = rank(found, typed);
    shown = (typed ? ranked : firstOfGroups(ranked)).slice(0, MOST);
    active = typed && shown.length ? 0 : shown.findIndex((one) => one.value === current);
    const left = ranked.length - shown.length;
    replace(
      list,
      shown.map((one, place) => [
        one.group && one.group !== shown[place - 1]?.group
          ? h("li", { class: "bh-list-head", role: "presentation" }, one.group)
          : null,
        h(
          "li",
          {
            id: `${id}-${place}`,
            role: "option",
            class: "bh-option",
            "aria-selected": String(place === active),
            // The field keeps the focus while the list is clicked.
            onmousedown: (event: Event) => event.preventDefault(),
            onclick: () => pick(one.value),
          },
          h("span", { class: "bh-option-label" }, one.label ?? one.value),
          one.note ? h("span", { class: "bh-option-note" }, one.note) : null,
        ),
      ]),
      shown.length === 0
        ? h("li", { class: "bh-list-note", role: "presentation" }, "Nothing is called so")
        : null,
      left > 0
        ? h("li", { class: "bh-list-note", role: "presentation" }, `${left} more: type to find them`)
        : null,
    );
    if (!list.matches(":popover-open")) list.showPopover();
    place();
    input.setAttribute("aria-expanded", "true");
    mark(active);
    if (input.dataset.typing === "entered") enter();
  }

  function place(): void {
    const field = input.getBoundingClientRect();
    const below = window.innerHeight - field.bottom - 12;
    const above = field.top - 12;
    const under = below >= Math.min(240, above);
    list.style.left = `${field.left}px`;
    list.style.minWidth = `${field.width}px`;
    list.style.maxHeight = `${Math.min(300, Math.max(120, under ? below : above))}px`;
    list.style.top = under ? `${field.bottom + 2}px` : "auto";
    list.style.bottom = under ? "auto" : `${window.innerHeight - field.top + 2}px`;
  }

  function mark(next: number): void {
    active = next;
    list.querySelectorAll(".bh-option").forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === active));
      if (place === active) option.scrollIntoView({ block: "nearest" });
    });
    if (active >= 0) input.setAttribute("aria-activedescendant", `${id}-${active}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function close(): void {
    answered = asked;
    if (list.matches(":popover-open")) list.hidePopover();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function pick(value: string): void {
    input.toggleAttribute("data-typing", false);
    close();
    input.value = given.empties ? "" : value;
    if (value === current) return;
    current = input.value;
    given.onpick(value);
  }

  /** Take what Enter means: the option that is marked, once there is a list for what is typed. */
  function enter(): void {
    if (answered !== asked) input.dataset.typing = "entered";
    else if (input.getAttribute("aria-expanded") === "true" && active >= 0) pick(shown[active].value);
    else if (given.free) pick(input.value);
  }

  function leave(): void {
    input.toggleAttribute("data-typing", false);
    close();
    if (given.free) pick(input.value);
    else input.value = current;
  }

  function press(event: KeyboardEvent): void {
    const isOpen = input.getAttribute("aria-expanded") === "true";
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (event.altKey && !isOpen) return;
      event.preventDefault();
      event.stopPropagation();
      if (!isOpen) void open("");
      else if (shown.length) {
        const by = event.key === "ArrowDown" ? 1 : -1;
        mark((active + by + shown.length) % shown.length);
      }
    } else if (event.key === "Enter") {
      event.preventDefault();
      enter();
    } else if (event.key === "Escape" && (isOpen || answered !== asked)) {
      event.stopPropagation();
      input.toggleAttribute("data-typing", false);
      input.value = current;
      close();
    }
  }

  return h("span", { class: "bh-combobox" }, input, list);
}

/** The first options under each heading. */
function firstOfGroups(options: Option[]): Option[] {
  const counts = new Map<string, number>();
  return options.filter(({ group }) => {
    if (group === undefined) return true;
    counts.set(group, (counts.get(group) ?? 0) + 1);
    return counts.get(group)! <= MOST_OF_GROUP;
  });
}

/** Those that have the typed text in them; those that begin with it first, under each heading. */
function rank(options: Option[], typed: string): Option[] {
  const text = typed.trim().toLowerCase();
  if (!text) return options;
  const found = options.filter((one) => (one.label ?? one.value).toLowerCase().includes(text));
  const begins = (one: Option) => (one.label ?? one.value).toLowerCase().startsWith(text);
  const ranked = [...found.filter(begins), ...found.filter((one) => !begins(one))];
  const groups = [...new Set(ranked.map((one) => one.group))];
  return groups.flatMap((group) => ranked.filter((one) => one.group === group));
}
