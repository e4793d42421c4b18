import type { Serde } from '../serde/serde.js';
import { resolveTopic, type BuiltTopology, type SourceNode } from '../topology/node.js';
import { invalid } from '../util/errors.js';
import { OutputTopic } from './output-topic.js';
import type { RawRecord } from './raw-record.js';

/** Stands where the sinks of a test driver's topology would write: keeps what each is given. */
export class SinkCapture {
  readonly #sinks = new Map<string, { readonly source: SourceNode; readonly records: RawRecord[] }>();
  readonly #byTopic = new Map<string, RawRecord[]>();

  constructor({ subTopologies }: BuiltTopology, applicationId: string) {
    for (const { connector, nodes, repartitionTopics } of subTopologies) {
      const source = nodes.find((node) => node.kind === 'source');
      if (connector === undefined || source === undefined) continue;
      const records: RawRecord[] = [];
      const internal = new Set(repartitionTopics.map(({ name }) => name));
      this.#sinks.set(connector.name, { source, records });
      for (const topic of source.topics) this.#byTopic.set(resolveTopic(applicationId, topic, internal), records);
    }
  }

  /** Keeps a record, if a sink reads its topic. */
  tryTake(record: RawRecord): boolean {
    const records = this.#byTopic.get(record.topic);
    records?.push(record);
    return records !== undefined;
  }

  /** @throws MillraceError `SINK_NOT_FOUND` */
  output<K, V>(name: string): OutputTopic<K, V> {
    const sink = this.#sinks.get(name);
    if (sink !== undefined) {
      const serdes = { key: sink.source.keySerde as Serde<K>, value: sink.source.valueSerde as Serde<V> }; // the caller names the types
      return new OutputTopic(() => sink.records, serdes);
    }
    throw invalid('SINK_NOT_FOUND', `sink "${name}" is not in the topology`, {
      hint: `Sinks are: ${[...this.#sinks.keys()].join(', ') || 'none'}.`,
    });
  }
}
