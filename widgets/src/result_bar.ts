// ResultBar: what stands beneath a result. It works on the chart and the table above it.

import { CHART, outputsAbove, soon, type Outputs } from "./result_bar/outputs";
import { listen, type Picked } from "./result_bar/marks";
import { combobox } from "./shared/combobox";
import { copyButton } from "./shared/copying";
import { h, icon } from "./shared/elements";
import { showPeople } from "./shared/people";
import { region, type Around } from "./shared/region";
import { requestsOf, type Model, type Requests } from "./shared/requests";

interface Number {
  words: string;
  figure: string;
  pick: Record<string, unknown>;
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const asker = requestsOf(model);
  const note = h("p", { class: "bh-error bh-note", role: "alert" });
  const tools = h("div", { class: "bh-tools", role: "group", "aria-label": "Result" });
  const around = region(`${model.get("text")}: chart, table, copies and users`, "bh-result", null, tools, note);
  const show = ({ pick, title }: Picked) => void showPeople(asker, around, tools, pick, title);
  el.append(around.root);

  const ends: (() => void)[] = [];
  let closed = false;
  void outputsAbove(el).then((outputs) => {
    if (closed || !outputs) return;
    tools.prepend(...toggles(outputs, around));
    ends.push(listen(outputs, asker, show));
    void fit(outputs.chart);
  });
  tools.append(
    ...(model.get("nothing") ? [] : [behind(model, asker, show)]),
    h("span", { class: "bh-end" }),
    copyButton("text", "Copy as text", () => model.get("text"), around.announce),
    copyButton("python", "Copy as Python", () => model.get("python"), around.announce),
    h(
      "button",
      { type: "button", class: "bh-button", "data-key": "csv", onclick: () => void download(asker, note, around) },
      icon("download"),
      "CSV",
    ),
  );
  return () => {
    closed = true;
    [...ends, around.close].forEach((end) => end());
  };
}

/** The numbers whose users can be asked for: everything a click does, by keyboard. */
function behind(model: Model, asker: Requests, show: (picked: Picked) => void): HTMLElement {
  if (model.get("kind") === "segment") {
    return h(
      "button",
      { type: "button", class: "bh-button", onclick: () => show({ pick: {}, title: "In the segment" }) },
      "Show the users",
    );
  }
  const known = new Map<string, Record<string, unknown>>();
  const field = combobox({
    key: "behind",
    label: "Users behind a number",
    value: "",
    placeholder: "Users behind …",
    empties: true,
    options: async (typed) => {
      const found: { numbers: Number[] } = await asker.request("numbers", { typed }, "");
      return found.numbers.map(({ words, figure, pick }) => {
        known.set(words, pick);
        return { value: words, note: figure };
      });
    },
    onpick: (words) => show({ pick: known.get(words)!, title: words }),
  });
  field.classList.add("bh-behind");
  return field;
}

/** Let the front end draw charts for the room they have. */
const drawForRoom = () => window.dispatchEvent(new Event("resize"));

/** A chart may be drawn before the table and the style sheet are there that give it its room. */
async function fit(output: HTMLElement): Promise<void> {
  for await (const _ of soon()) {
    const drawn = output.querySelector(".main-svg");
    const chart = output.querySelector<HTMLElement>(CHART);
    if (drawn && chart) {
      // Plotly takes its height from the room it has, and there from its height: none.
      chart.style.height ||= `${drawn.getAttribute("height")}px`;
      if (chart.offsetWidth && Number(drawn.getAttribute("width")) !== chart.offsetWidth) drawForRoom();
    }
  }
}

/** Chart and table can each be put away; one of them stays. */
function toggles(outputs: Outputs, around: Around): HTMLElement[] {
  const parts = [
    { name: "Chart", sign: "chart", output: outputs.chart },
    { name: "Table", sign: "table", output: outputs.table },
  ];
  const set = (place: number, on: boolean) => {
    parts[place].output.classList.toggle("bh-away", !on);
    buttons[place].setAttribute("aria-pressed", String(on));
    buttons[place].title = `${on ? "Put away" : "Show"} the ${parts[place].name.toLowerCase()}`;
  };
  const buttons = parts.map(({ name, sign }, place) =>
    h(
      "button",
      {
        type: "button",
        class: "bh-toggle",
        "data-key": name,
        onclick: () => {
          const on = buttons[place].getAttribute("aria-pressed") !== "true";
          set(place, on);
          if (!on) set(1 - place, true);
          // A chart drawn while it was away has no width.
          drawForRoom();
          around.announce(on ? `${name} shown` : `${name} put away`);
        },
      },
      icon(sign),
      name,
    ),
  );
  parts.forEach(({ output }, place) => set(place, !output.classList.contains("bh-away")));
  return buttons;
}

async function download(asker: Requests, note: HTMLElement, around: Around): Promise<void> {
  const found: { error?: string; csv: string; file: string } = await asker.request("csv", {}, around.view);
  note.textContent = found.error ?? "";
  if (found.error) return;
  const address = URL.createObjectURL(new Blob([found.csv], { type: "text/csv" }));
  h("a", { href: address, download: found.file }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
  around.announce(`${found.file} was downloaded.`);
}

export default { render };
