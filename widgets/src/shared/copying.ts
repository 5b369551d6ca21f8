// Copying text.

import { h, icon } from "./elements";

/** A button that copies some text; `announce` tells it to those who do not see the page. */
export function copyButton(
  key: string,
  label: string,
  text: () => string,
  announce: (sentence: string) => void,
): HTMLElement {
  const button = h(
    "button",
    { type: "button", class: "bh-button", "data-key": key, onclick: () => void copy() },
    icon("copy"),
    label,
  );

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      // Pages that are not served safely have no clipboard; the selection has one.
      const selected = h("span", { class: "bh-unseen" }, text());
      button.after(selected);
      getSelection()?.selectAllChildren(selected);
      document.execCommand("copy");
      selected.remove();
    }
    button.lastChild!.textContent = "Copied";
    announce(`Copied: ${text()}`);
    setTimeout(() => (button.lastChild!.textContent = label), 1500);
  }

  return button;
}
