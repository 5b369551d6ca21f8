// Rows whose order is changed: by a grip that is dragged, and by the arrow keys.

import { iconButton } from "./elements";

/** Make the grip of a row; `move` is told the place that the row shall have. */
export function grip(
  place: number,
  label: string,
  row: () => HTMLElement,
  move: (to: number) => void,
): HTMLElement {
  return iconButton("grip", `${label}: arrow up or down, or drag`, () => undefined, {
    class: "bh-icon-button bh-grip",
    "data-key": `grip-${place}`,
    onkeydown: (event: KeyboardEvent) => {
      if (!event.altKey) byArrow(event, place, move);
    },
    onpointerdown: (event: PointerEvent) => drag(event, row(), move),
  });
}

/** Move a row by arrow up or down. */
export function byArrow(event: KeyboardEvent, place: number, move: (to: number) => void): void {
  if (!["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  move(place + (event.key === "ArrowUp" ? -1 : 1));
}

/** Let a row follow the pointer until it is let go. */
function drag(down: PointerEvent, row: HTMLElement, move: (to: number) => void): void {
  if (down.button !== 0) return;
  const list = row.parentElement as HTMLElement;
  const rows = [...list.children] as HTMLElement[];
  const from = rows.indexOf(row);
  const middles = rows.map((one) => {
    const box = one.getBoundingClientRect();
    return box.top + box.height / 2;
  });
  let to = from;
  const follow = (event: PointerEvent) => {
    event.preventDefault();
    row.classList.add("bh-dragged");
    row.style.transform = `translateY(${event.clientY - down.clientY}px)`;
    to = middles.filter((middle, place) => place !== from && middle < event.clientY).length;
    rows.forEach((one, place) => {
      one.classList.toggle("bh-before", to < from && place === to);
      one.classList.toggle("bh-after", to > from && place === to);
    });
  };
  const end = (event: PointerEvent) => {
    removeEventListener("pointermove", follow);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    row.classList.remove("bh-dragged");
    row.style.transform = "";
    rows.forEach((one) => one.classList.remove("bh-before", "bh-after"));
    if (event.type === "pointerup") move(to);
  };
  addEventListener("pointermove", follow);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
}
