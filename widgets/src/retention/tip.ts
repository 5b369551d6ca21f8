// A small box beside what the pointer or the focus is on.

import { h, replace } from "../shared/elements";

export interface Tip {
  element: HTMLElement;
  /** Show lines of text beside a box of the window; the first one is the heading. */
  show(lines: string[], beside: { left: number; right: number; top: number; bottom: number }): void;
  hide(): void;
}

/** Make a tip; it lies in an element that its place is relative to. */
export function tip(): Tip {
  const element = h("div", { class: "bh-tip", "aria-hidden": "true", hidden: true });
  return {
    element,
    show([head, ...lines], beside) {
      replace(element, h("strong", {}, head), lines.map((line) => h("span", {}, line)));
      element.hidden = false;
      const around = (element.offsetParent ?? element.parentElement!).getBoundingClientRect();
      const { offsetWidth: width, offsetHeight: height } = element;
      const middle = (beside.left + beside.right - width) / 2 - around.left;
      const left = Math.max(4, Math.min(middle, around.width - width - 4));
      const above = beside.top - around.top - height - 6;
      // Above, so that the pointer does not cover it; below where it would leave the window.
      const top = above + around.top > 0 ? above : beside.bottom - around.top + 6;
      element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    },
    hide() {
      element.hidden = true;
    },
  };
}
