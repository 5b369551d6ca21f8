// Nodes and flows in words: what is read out, and what stands above the chart.

import { duration, number, percent, plural } from "../shared/words";
import { EXIT } from "./definition";
import type { Flow, Node } from "./layout";

/** A node, such as "code at step 2: 1 623 sequences, 34.0 % of all". */
export function nodeWords(node: Node, unit: string): string {
  const what = node.name === EXIT ? `Ended before step ${node.step}` : `${node.name} at step ${node.step}`;
  return `${what}: ${plural(node.count, unit)}, ${percent(node.share)} of all`;
}

/** What stands under the name of a node. */
export const smallWords = ({ count, share }: Node): string =>
  `${number(count)} · ${percent(share, share < 0.0995 ? 1 : 0)}`;

/** A flow: how many, which share of those at its source, how long it takes. */
export function flowWords(flow: Flow, unit: string): string {
  const { source, target } = flow;
  const time = flow.seconds === null ? "" : `, median time ${duration(flow.seconds)}`;
  const way = target.name === EXIT ? `${source.name}, then the end` : `${source.name} → ${target.name}`;
  return `${way}, from step ${source.step}: ${plural(flow.count, unit)}, ` +
    `${percent(flow.share)} of ${source.name} there${time}`;
}
