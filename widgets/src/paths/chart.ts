// The flow chart: drawn, lit up where one looks, and walked through by arrow keys.

import { colours } from "../shared/colours";
import { h, replace, svg } from "../shared/elements";
import { EXIT, OTHER } from "./definition";
import { BAR, layout, type Flow, type Flows, type Layout, type Node } from "./layout";
import { flowWords, nodeWords, smallWords } from "./wording";

const LINE = 14;
let texts: CanvasRenderingContext2D | null = null;

export interface Chart {
  element: HTMLElement;
  close(): void;
}

export interface Given {
  /** Tells the chart from others in the same answer. */
  key: string;
  label: string;
  flows: Flows;
  /** The names of nodes in the order of their colours. */
  names: string[];
  unit: string;
  /** The width it will have, where that is known; what it comes to is told. */
  room: number;
  onroom: (width: number) => void;
  onnode: (node: Node, mark: Element) => void;
  onflow: (flow: Flow) => void;
}

/** Make the chart of a group; it is as wide as its place, and follows that. */
export function flowChart(given: Given): Chart {
  const said = h("p", { class: "bh-readout", "aria-hidden": "true" });
  const scroll = h("div", { class: "bh-flows-scroll" });
  const element = h("figure", { class: "bh-flows" }, said, scroll);
  const hint = "Point at a node or a flow to read it, click for more.";
  const say = (words: string) => (said.textContent = words || hint);
  let drawn = 0;
  const draw = (room: number) => {
    if (room < 1 || room === drawn) return;
    drawn = room;
    given.onroom(room);
    replace(scroll, drawing(given, layout(given.flows, room), say));
  };
  draw(given.room);
  const size = new ResizeObserver(([entry]) => draw(Math.floor(entry.contentRect.width)));
  size.observe(scroll);
  say("");
  return { element, close: () => size.disconnect() };
}

function drawing(given: Given, made: Layout, say: (words: string) => void): SVGElement {
  const paint = new Map(given.names.map((name, place, all) => [name, colours(all)[place]]));
  const grey = colours([OTHER])[0];
  const colourOf = ({ name }: Node) => (name === OTHER || name === EXIT ? grey : (paint.get(name) ?? grey));
  const items = new Map<Element, Node | Flow>();
  const marks = new Map<Node | Flow, SVGElement>();
  const keep = (item: Node | Flow, mark: SVGElement) => {
    items.set(mark, item);
    marks.set(item, mark);
    return mark;
  };
  const flows = made.flows.map((flow) =>
    keep(flow, svg("path", {
      d: flow.path,
      class: "bh-flow",
      role: "button",
      tabindex: "-1",
      "data-key": `${given.key}-flow-${flow.source.step}-${flow.source.name}-${flow.target.name}`,
      fill: flow.target.name === EXIT ? grey : colourOf(flow.source),
      "aria-label": `${flowWords(flow, given.unit)}. Show them.`,
    })));
  const nodes = made.columns.flatMap((column, place) =>
    column.nodes.map((node) => keep(node, nodeMark(given, node, colourOf(node), made, place))));
  const drawn = svg(
    "svg",
    {
      class: "bh-flows-drawing",
      role: "group",
      "aria-label": `${given.label}. Arrow keys: up and down among nodes, left and right along flows; Enter for more.`,
      width: made.width,
      height: made.height,
      viewBox: `0 0 ${made.width} ${made.height}`,
    },
    made.columns.map(({ step, x }) => svg("text", { class: "bh-tick", x, y: 11 }, `step ${step}`)),
    svg("g", {}, flows),
    svg("g", {}, nodes),
  );

  const itemOf = (event: Event) => {
    const mark = (event.target as Element).closest('[role="button"]');
    return mark ? ([items.get(mark)!, mark] as const) : null;
  };
  let lit: SVGElement[] = [];
  const light = (item: Node | Flow | null) => {
    lit.forEach((mark) => mark.classList.remove("bh-on"));
    const flows = item === null ? [] : "path" in item ? [item] : [...item.in, ...item.out];
    const ends = flows.flatMap(({ source, target }) => [source, target]);
    lit = [...new Set([...flows, ...ends, ...(item ? [item] : [])])].map((one) => marks.get(one)!);
    lit.forEach((mark) => mark.classList.add("bh-on"));
    drawn.classList.toggle("bh-lit", item !== null);
    say(item === null ? "" : "path" in item ? flowWords(item, given.unit) : nodeWords(item, given.unit));
  };
  let stop: Element | undefined;
  const makeStop = (mark: Element) => {
    stop?.setAttribute("tabindex", "-1");
    mark.setAttribute("tabindex", "0");
    stop = mark;
  };
  const act = (item: Node | Flow, mark: Element) => {
    if ("path" in item) given.onflow(item);
    else given.onnode(item, mark);
  };
  const first = made.columns[0]?.nodes[0];
  if (first) makeStop(marks.get(first)!);

  drawn.addEventListener("pointerover", (event) => light(itemOf(event)?.[0] ?? null));
  drawn.addEventListener("pointerleave", () => light(null));
  drawn.addEventListener("focusin", (event) => {
    const found = itemOf(event);
    if (!found) return;
    makeStop(found[1]);
    light(found[0]);
  });
  drawn.addEventListener("focusout", () => light(null));
  drawn.addEventListener("click", (event) => {
    const found = itemOf(event);
    if (!found) return;
    (found[1] as SVGElement).focus();
    act(...found);
  });
  drawn.addEventListener("keydown", (event) => {
    const found = itemOf(event);
    if (!found) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      act(...found);
      return;
    }
    const next = neighbour(made, found[0], event.key);
    if (next === undefined) return;
    event.preventDefault();
    if (next) marks.get(next)!.focus();
  });
  return drawn;
}

/** Where an arrow key leads; null: nowhere; undefined: the key is another. */
function neighbour(made: Layout, item: Node | Flow, key: string): Node | Flow | null | undefined {
  const isFlow = "path" in item;
  switch (key) {
    case "ArrowRight":
      return (isFlow ? item.target : item.out[0]) ?? null;
    case "ArrowLeft":
      return (isFlow ? item.source : item.in[0]) ?? null;
    case "ArrowUp":
    case "ArrowDown": {
      const row: (Node | Flow)[] = isFlow ? item.source.out : made.columns[item.column].nodes;
      return row[row.indexOf(item) + (key === "ArrowUp" ? -1 : 1)] ?? null;
    }
    case "Home":
      return made.columns[0].nodes[0];
    case "End":
      return made.columns[made.columns.length - 1].nodes[0];
    default:
      return undefined;
  }
}

function nodeMark(given: Given, node: Node, colour: string, made: Layout, column: number): SVGElement {
  const isLast = column === made.columns.length - 1;
  const room = (isLast ? made.width - node.x : made.pitch) - BAR - 14;
  const x = node.x + BAR + 5;
  const words = nodeWords(node, given.unit);
  return svg(
    "g",
    {
      class: "bh-node",
      role: "button",
      tabindex: "-1",
      "aria-haspopup": "menu",
      "data-key": `${given.key}-node-${node.step}-${node.name}`,
      "aria-label": words,
    },
    svg("rect", { class: "bh-node-area", x: node.x, y: node.y - 1, width: BAR + 8 + room, height: Math.max(node.height, 2 * LINE) + 2 }),
    svg("rect", { class: "bh-node-bar", x: node.x, y: node.y, width: BAR, height: node.height, rx: 2, fill: colour }),
    svg("text", { class: "bh-node-name", x, y: node.y + 11 }, fitted(node.name, room)),
    svg("text", { class: "bh-node-count", x, y: node.y + 11 + LINE }, smallWords(node)),
  );
}

/** Cut a name so that it fits. */
function fitted(name: string, room: number): string {
  texts ??= document.createElement("canvas").getContext("2d");
  if (!texts) return name;
  texts.font = "600 12px system-ui, sans-serif";
  const fits = (text: string) => texts!.measureText(text).width <= room;
  if (fits(name)) return name;
  let length = Math.min(name.length - 1, Math.floor(room / 4));
  while (length > 1 && !fits(`${name.slice(0, length)}…`)) length -= 1;
  return `${name.slice(0, length)}…`;
}
