import { seededRandom } from '../../src/util/random.js';

/** A record of one of the two input topics of test/java-handover. */
export interface HandoverRecord {
  readonly topic: 'clicks' | 'views';
  readonly key: string;
  readonly value: string;
  readonly timestamp: number;
}

/** In both of two partitions. */
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];
const VALUES = ['x', 'y', 'z'];
const START = Date.UTC(2026, 0, 1);
const SECOND = 1_000;
const SECONDS = 240;
/** Half, a quarter, and the rest. */
const PARTS_FROM = [0, 120, 180];

/**
 * Clicks and views, one each about every second, in the order in which they are written: somewhat out of order, now and then
 * too late for any window, with pauses per key that end its sessions.
 *
 * In three parts, cut where windows, sessions and joins are open. The first of a part are in time: Kafka Streams does not
 * remember over a restart what an operator has seen, and takes what is late until then.
 */
export function handoverInput(seed: number): readonly HandoverRecord[][] {
  const random = seededRandom(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random.next() * all.length)]!;
  const parts: HandoverRecord[][] = [];
  const add = (topic: HandoverRecord['topic'], key: string, second: number): void => {
    const value = topic === 'clicks' ? pick(VALUES) : `v${Math.round(second * SECOND)}`;
    parts.at(-1)?.push({ topic, key, value, timestamp: START + Math.round(second * SECOND) });
  };
  for (let second = 0; second < SECONDS; second++) {
    if (PARTS_FROM.includes(second)) parts.push([]);
    const active = KEYS.filter((_, index) => Math.floor(second / 15 + index) % 3 !== 0);
    for (const topic of ['clicks', 'views'] as const) {
      add(topic, pick(active), second - random.next() * 3);
      if (second % 20 === 13) add(topic, pick(active), second - 60);
    }
  }
  return parts;
}

/** Records so late in time that every window of those before is closed. */
export function closingInput(): readonly HandoverRecord[] {
  return [600, 601].flatMap((later) =>
    KEYS.flatMap((key) => {
      const record = { key, value: 'x', timestamp: START + (SECONDS + later) * SECOND };
      return [
        { topic: 'clicks' as const, ...record },
        { topic: 'views' as const, ...record },
      ];
    }),
  );
}
