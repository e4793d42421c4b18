import { compareTasks } from './task-order.js';

/*
 * Task ids as short text: sub-topologies with the ranges of their partitions, `0:0-3,7;2:1` for 0_0, 0_1, 0_2, 0_3, 0_7
 * and 2_1.
 */

/** Writes task ids, in any order. */
export function tasksToText(tasks: Iterable<string>): string {
  const ranges = new Map<string, [from: number, to: number][]>();
  for (const task of [...tasks].sort(compareTasks)) {
    const [sub, partition] = [task.slice(0, task.indexOf('_')), Number(task.slice(task.indexOf('_') + 1))];
    const ofSub = ranges.get(sub) ?? [];
    const last = ofSub.at(-1);
    if (last && last[1] === partition - 1) last[1] = partition;
    else ofSub.push([partition, partition]);
    ranges.set(sub, ofSub);
  }
  const text = ([from, to]: [number, number]): string => (from === to ? String(from) : `${from}-${to}`);
  return [...ranges].map(([sub, ofSub]) => `${sub}:${ofSub.map(text).join(',')}`).join(';');
}

/** Reads what {@link tasksToText} wrote; what is not understood is left out. */
export function tasksFromText(text: string): readonly string[] {
  return text.split(';').flatMap((part) => {
    const [, sub, ranges = ''] = /^(\d+):([\d,-]+)$/.exec(part) ?? [];
    return sub === undefined ? [] : ranges.split(',').flatMap((range) => tasksOfRange(sub, range));
  });
}

/** More partitions than a topic can have are no range of tasks. */
const MOST = 1_000_000;

function tasksOfRange(sub: string, range: string): readonly string[] {
  const [from = NaN, to = from] = range.split('-').map(Number);
  if (!(to >= from && to - from < MOST)) return [];
  return Array.from({ length: to - from + 1 }, (_, index) => `${sub}_${from + index}`);
}
