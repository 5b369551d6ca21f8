// The menu of a node: what can be done there.

import { h } from "../shared/elements";

export interface Choice {
  words: string;
  onpick: () => void;
}

/** Open a menu beside what it is about; it has the focus until it closes. */
export function openMenu(root: HTMLElement, mark: Element, title: string, choices: Choice[]): void {
  root.querySelector(".bh-menu")?.remove();
  const items = choices.map(({ words, onpick }) =>
    h("button", {
      type: "button",
      class: "bh-menu-item",
      role: "menuitem",
      tabindex: "-1",
      onclick: () => {
        close();
        onpick();
      },
    }, words),
  );
  const menu = h(
    "div",
    {
      class: "bh-menu",
      role: "menu",
      "aria-label": title,
      popover: "auto",
      onkeydown: (event: KeyboardEvent) => press(event),
      ontoggle: (event: Event) => (event as ToggleEvent).newState === "closed" && close(),
    },
    h("p", { class: "bh-menu-title", role: "presentation" }, title),
    items,
  );
  root.append(menu);
  menu.showPopover();
  place();
  items[0].focus();

  function place(): void {
    const box = mark.getBoundingClientRect();
    const own = menu.getBoundingClientRect();
    const below = box.top + 30 + own.height <= window.innerHeight;
    menu.style.left = `${Math.max(8, Math.min(box.left + 16, window.innerWidth - own.width - 8))}px`;
    menu.style.top = `${Math.max(8, below ? box.top + 30 : box.top - own.height - 4)}px`;
  }

  /** What has the focus: in a shadow root the document does not tell. */
  function active(): Element | null {
    return (root.getRootNode() as Document).activeElement;
  }

  function close(): void {
    if (!menu.isConnected) return;
    const had = menu.contains(active());
    menu.remove();
    if (had) (mark as SVGElement).focus();
  }

  function press(event: KeyboardEvent): void {
    const at = items.indexOf(active() as HTMLElement);
    const by: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
    if (event.key in by) {
      event.preventDefault();
      items[(by[event.key] + items.length) % items.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  }
}
