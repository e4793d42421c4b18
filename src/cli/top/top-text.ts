import { table } from '../output.js';
import { bold, type Terminal } from '../terminal.js';
import type { TopApplication, TopInstance, TopNode, TopStore } from './top-snapshot.js';

/** What nodes are sorted by: the key that is pressed, and what comes first. */
export const ORDERS = {
  g: { title: 'graph', compare: () => 0 },
  r: { title: 'rate', compare: (a: TopNode, b: TopNode) => b.records_per_second - a.records_per_second },
  s: { title: 'slowest', compare: (a: TopNode, b: TopNode) => (b.latency_seconds ?? -1) - (a.latency_seconds ?? -1) },
  e: { title: 'errors', compare: (a: TopNode, b: TopNode) => b.errors + b.dropped - (a.errors + a.dropped) },
} as const;

export type Order = keyof typeof ORDERS;

const BAR_WIDTH = 20;

/** Applications as text: instances, then nodes, then stores of each. */
export function topText(terminal: Terminal, applications: readonly TopApplication[], order: Order): string {
  const parts = applications.map(({ application, lag, instances, nodes, stores }) =>
    [
      `${bold(terminal, application)}  lag ${lag}\n`,
      table(instances.map(instanceRow)),
      table(nodes.toSorted(ORDERS[order].compare).map(nodeRow)),
      table(stores.map(storeRow)),
    ]
      .filter((part) => part !== '')
      .join('\n'),
  );
  return parts.length === 0 ? 'no application runs there\n' : parts.join('\n');
}

function instanceRow({ instance, state, cpu_percent: cpu, resident_bytes: resident, lag, failure }: TopInstance) {
  return {
    instance,
    state,
    cpu: cpu === undefined ? '' : `${cpu}%`,
    memory: `${Math.round(resident / 1_048_576)} MiB`,
    lag: String(lag),
    failure,
  };
}

function nodeRow(node: TopNode) {
  const { latency_seconds: latency } = node;
  return {
    node: node.node,
    'records/s': node.records_per_second.toFixed(1),
    records: String(node.records),
    errors: String(node.errors),
    dropped: String(node.dropped),
    latency: latency === undefined ? '' : secondsText(latency),
    pending: String(node.pending),
  };
}

function secondsText(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1_000)} ms` : `${seconds.toFixed(1)} s`;
}

function storeRow({ store, entries, restored, restore_remaining: remaining }: TopStore) {
  return { store, entries: entries === undefined ? '' : String(entries), restore: restoreBar(restored, remaining) };
}

/** Empty when nothing is restored. */
function restoreBar(restored: number, remaining: number): string {
  if (remaining === 0) return '';
  const done = restored / (restored + remaining);
  const filled = Math.floor(done * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${Math.floor(100 * done)}%, ${remaining} left`;
}
