// Where the nodes and flows of paths stand: one column a step, nodes by count from the top.

import { EXIT, OTHER } from "./definition";
import { smallWords } from "./wording";

export interface Flows {
  nodes: { step: number[]; node: string[]; count: number[]; share: number[] };
  flows: { source: number[]; target: number[]; count: number[]; share: number[]; seconds: (number | null)[] };
}

export interface Node {
  step: number;
  name: string;
  count: number;
  share: number;
  column: number;
  x: number;
  y: number;
  height: number;
  /** The flows that leave it and come to it, the largest first; what ends comes last. */
  out: Flow[];
  in: Flow[];
}

export interface Flow {
  source: Node;
  target: Node;
  count: number;
  share: number;
  seconds: number | null;
  path: string;
}

export interface Layout {
  width: number;
  height: number;
  /** From column to column. */
  pitch: number;
  /** Step, place from the left, nodes from the top. */
  columns: { step: number; x: number; nodes: Node[] }[];
  flows: Flow[];
}

export const BAR = 12;
export const HEAD = 22;
/** Two lines of words: nodes stand no closer than these need. */
const SLOT = 33;
const BETWEEN = 6;
/** The height of all sequences together. */
const WHOLE = 300;
/** What a letter of the small words takes, and what stands beside them. */
const LETTER = 6.2;
const ASIDE = BAR + 16;
const NARROWEST = 96;

/** Lay out in a given width; what needs more is wider. */
export function layout({ nodes, flows }: Flows, room: number): Layout {
  const found: Node[] = nodes.step.map((step, place) => ({
    step,
    name: nodes.node[place],
    count: nodes.count[place],
    share: nodes.share[place],
    column: 0, x: 0, y: 0, height: 0, out: [], in: [],
  }));
  const steps = [...new Set(nodes.step)].sort((one, other) => one - other);
  const gaps = Math.max(1, steps.length - 1);
  const words = Math.max(...found.map((node) => smallWords(node).length)) * LETTER;
  const narrowest = Math.max(NARROWEST, words + ASIDE);
  const pitch = Math.max(narrowest, (room - narrowest) / gaps);
  const columns = steps.map((step, column) => {
    const own = found.filter((node) => node.step === step).sort(byRank);
    const x = column * pitch;
    let y = HEAD;
    for (const node of own) {
      Object.assign(node, { column, x, y, height: Math.max(2, node.share * WHOLE) });
      y += Math.max(node.height, SLOT) + BETWEEN;
    }
    return { step, x, nodes: own, end: y };
  });
  const all = flows.source.map((source, place): Flow => ({
    source: found[source],
    target: found[flows.target[place]],
    count: flows.count[place],
    share: flows.share[place],
    seconds: flows.seconds[place],
    path: "",
  }));
  for (const flow of all) {
    flow.source.out.push(flow);
    flow.target.in.push(flow);
  }
  join(found);
  return {
    width: Math.max(room, gaps * pitch + narrowest),
    height: Math.max(...columns.map(({ end }) => end), HEAD + SLOT),
    pitch,
    columns,
    flows: all,
  };
}

/** By count; what is joined and what ends come last. */
function byRank(one: Node, other: Node): number {
  const last = (node: Node) => [OTHER, EXIT].indexOf(node.name);
  return last(one) - last(other) || other.count - one.count || (one.name < other.name ? -1 : 1);
}

/** Give each flow its place at both ends: in the order of what is there, so that few cross. */
function join(nodes: Node[]): void {
  const from = new Map<Flow, [number, number]>();
  const to = new Map<Flow, [number, number]>();
  const share = (flows: Flow[], node: Node, other: "source" | "target", places: Map<Flow, [number, number]>) => {
    // Users may take several ways: then the flows are more than the node.
    const whole = Math.max(node.count, flows.reduce((sum, flow) => sum + flow.count, 0));
    let y = node.y;
    for (const flow of [...flows].sort((one, two) => one[other].y - two[other].y)) {
      const height = (node.height * flow.count) / whole;
      places.set(flow, [y, height]);
      y += height;
    }
  };
  for (const node of nodes) {
    share(node.out, node, "target", from);
    share(node.in, node, "source", to);
  }
  for (const node of nodes) {
    for (const flow of node.out) {
      const [left, right] = [node.x + BAR, flow.target.x];
      flow.path = ribbon(left, ...from.get(flow)!, right, ...to.get(flow)!);
    }
    const goes = ({ target }: Flow) => Number(target.name === EXIT);
    const largest = (one: Flow, other: Flow) => goes(one) - goes(other) || other.count - one.count;
    node.out.sort(largest);
    node.in.sort(largest);
  }
}

function ribbon(x0: number, y0: number, h0: number, x1: number, y1: number, h1: number): string {
  const middle = (x0 + x1) / 2;
  const n = (value: number) => value.toFixed(1);
  const [low0, low1] = [y0 + Math.max(h0, 0.8), y1 + Math.max(h1, 0.8)];
  return `M${n(x0)} ${n(y0)}C${n(middle)} ${n(y0)} ${n(middle)} ${n(y1)} ${n(x1)} ${n(y1)}` +
    `L${n(x1)} ${n(low1)}C${n(middle)} ${n(low1)} ${n(middle)} ${n(low0)} ${n(x0)} ${n(low0)}Z`;
}
