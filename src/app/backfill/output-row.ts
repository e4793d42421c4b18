import { toJson, type JsonValue } from '../../query/json-value.js';
import type { BuiltTopology, SinkNode } from '../../topology/node.js';
import type { StoredRecord } from '../../runtime/in-process/stored-record.js';

/** A record of an output topic as it stands in a file. */
export interface OutputRow {
  readonly partition: number;
  readonly key: JsonValue;
  readonly value: JsonValue;
  /** Milliseconds. */
  readonly timestamp: number;
  /** Values as text. Only where there are any. */
  readonly headers?: readonly (readonly [string, string | null])[];
}

/** Makes rows of the records of one topic, by the serdes of the first node that writes it; others stay text, or base64. */
export function rowsOf(topology: BuiltTopology, topic: string): (record: StoredRecord) => OutputRow {
  const sink = writerOf(topology, topic);
  return ({ partition, key, value, timestamp, headers }) => ({
    partition,
    key: read(sink?.keySerde, key),
    value: read(sink?.valueSerde, value),
    timestamp,
    ...(headers.length > 0 && { headers: headers.map(([name, bytes]) => [name, bytes && bytes.toString()] as const) }),
  });
}

/** The node that writes a topic by its name, else the only one that chooses topics by record. */
function writerOf({ subTopologies }: BuiltTopology, topic: string): SinkNode | undefined {
  const sinks = subTopologies.flatMap(({ nodes }) => nodes.filter((node) => node.kind === 'sink'));
  const choosing = sinks.filter((sink) => typeof sink.topic !== 'string');
  return sinks.find((sink) => sink.topic === topic) ?? (choosing.length === 1 ? choosing[0] : undefined);
}

function read(serde: SinkNode['keySerde'] | undefined, bytes: Buffer | null): JsonValue {
  if (bytes === null) return null;
  if (serde !== undefined) return toJson(serde.deserialize(bytes, 0, bytes.length));
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes.toString('base64');
}
