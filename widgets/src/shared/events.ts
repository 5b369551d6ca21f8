// Fields for the events that a part of a question is about.

import { combobox } from "./combobox";
import type { Condition } from "./conditions";
import { eventOptions } from "./fields";
import type { Question } from "./question";

export interface Events {
  kind: "events";
  names: string[];
  where: Condition;
}

/** No name means any event. */
export const eventsOf = (...names: string[]): Events => ({ kind: "events", names, where: null });

/** Events in words, without their filter. */
export const eventsName = (events: Events): string => events.names.join(" or ") || "any event";

/** Make a field for each of some events, and one for a further event that counts as well. */
export function eventFields(
  question: Question<any>,
  events: Events,
  key: string,
  label: string,
  change: (edit: (events: Events) => void) => void,
): HTMLElement[] {
  const any = { value: "", label: "any event" };
  const fields = (events.names.length ? events.names : [""]).map((name, place) =>
    combobox({
      key: `${key}-event-${place}`,
      label: `${label}: event`,
      value: name,
      placeholder: "any event",
      options: () => [
        ...eventOptions(question),
        place > 0 ? { value: "", label: "(take this one away)" } : any,
      ],
      onpick: (picked) =>
        change((now) => {
          if (place > 0 && !picked) now.names.splice(place, 1);
          else if (picked) now.names[place] = picked;
          else now.names = [];
        }),
    }),
  );
  const adder = combobox({
    key: `${key}-or`,
    label: `${label}: or another event`,
    value: "",
    placeholder: "or …",
    options: () => eventOptions(question).filter((one) => !events.names.includes(one.value)),
    onpick: (picked) => change((now) => void now.names.push(picked)),
  });
  adder.classList.add("bh-or");
  return events.names.length ? [...fields, adder] : fields;
}
