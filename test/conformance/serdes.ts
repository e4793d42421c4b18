import { bytes, double, integer, json, long, sessionWindowed, string, timeWindowed } from '../../src/serde/index.js';
import type { Serde } from '../../src/serde/serde.js';

const plain: { readonly [name: string]: () => Serde<unknown> } = {
  string: () => string(),
  long: () => long(),
  integer: () => integer(),
  double: () => double(),
  bytes: () => bytes(),
  json: () => json(),
};

/** The serde of a name such as `string` or `timeWindowed<string,10>`. */
export function serdeOf(name: string): Serde<unknown> {
  const windowed = /^(timeWindowed|sessionWindowed)<([a-z]+)(?:,(\d+))?>$/.exec(name);
  if (windowed) {
    const inner = serdeOf(windowed[2] ?? '');
    return windowed[1] === 'timeWindowed' ? timeWindowed(inner, Number(windowed[3])) : sessionWindowed(inner);
  }
  const make = plain[name];
  if (make === undefined) throw new Error(`unknown serde "${name}"`);
  return make();
}

/** The serdes of a topic; a name that ends in `*` stands for all topics of that prefix. */
export function topicSerdes(
  topics: Readonly<Record<string, { readonly key: string; readonly value: string }>>,
  topic: string,
): { readonly key: Serde<unknown>; readonly value: Serde<unknown> } {
  const found =
    topics[topic] ??
    Object.entries(topics).find(([name]) => name.endsWith('*') && topic.startsWith(name.slice(0, -1)))?.[1];
  if (found === undefined) throw new Error(`the vector names no serdes for topic "${topic}"`);
  return { key: serdeOf(found.key), value: serdeOf(found.value) };
}

/** A value of the vectors' JSON as the serde's JavaScript value. */
export function fromVector(serde: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (serde === 'bytes') return Buffer.from(value as string, 'hex');
  if (serde === 'long') return Number(value);
  return value;
}
