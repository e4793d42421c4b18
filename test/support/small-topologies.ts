import { string } from '../../src/serde/primitives.js';
import type { KeyValueStore } from '../../src/state/store.js';
import type { BuiltTopology } from '../../src/topology/node.js';
import type { Record, Processor, ProcessorContext } from '../../src/topology/processor.js';
import { keyValueStore } from '../../src/topology/store-definitions.js';
import { Topology, type SourceOptions } from '../../src/topology/topology.js';

/** Hands on what it gets. */
export class Forward implements Processor<string, string, string, string> {
  protected context: ProcessorContext<string, string> | undefined;

  init(context: ProcessorContext<string, string>): void {
    this.context = context;
  }

  process(record: Record<string, string>): void | Promise<void> {
    this.context?.forward(record);
  }
}

class UpperCase extends Forward {
  override process(record: Record<string, string>): void {
    this.context?.forward(record.withValue(record.value.toUpperCase()));
  }
}

class Count implements Processor<string, string, string, string> {
  #context: ProcessorContext<string, string> | undefined;
  #counts: KeyValueStore<string, string> | undefined;

  init(context: ProcessorContext<string, string>): void {
    this.#context = context;
    this.#counts = context.getStateStore<KeyValueStore<string, string>>('counts');
  }

  process(record: Record<string, string>): void {
    const count = String(Number(this.#counts?.get(record.key) ?? '0') + 1);
    this.#counts?.put(record.key, count);
    this.#context?.forward(record.withValue(count));
  }
}

/** `in` to `out`, values in upper case. */
export function upperCaseTopology(): BuiltTopology {
  return pipeTopology(() => new UpperCase());
}

/** Counts the records of each key of `in`; every count goes to `out`. On a shared broker the topics have other names. */
export function countTopology(
  options: {
    readonly storage?: 'leveldb' | 'memory';
    readonly logging?: boolean;
    readonly caching?: boolean;
    readonly input?: string;
    readonly output?: string;
  } = {},
): BuiltTopology {
  const { storage = 'leveldb', logging = true, caching = false, input = 'in', output = 'out' } = options;
  const counts = keyValueStore({ name: 'counts', key: string(), value: string(), storage, logging, caching });
  return new Topology()
    .addSource('source', { topics: input, key: string(), value: string() })
    .addProcessor('count', () => new Count(), { parents: 'source' })
    .addStateStore(counts, 'count')
    .addSink('sink', { topic: output, key: string(), value: string(), parents: 'count' })
    .build();
}

/** `in` to `out` through a processor. */
export function pipeTopology(
  processor: () => Processor<string, string, string, string>,
  options: Partial<Pick<SourceOptions, 'pattern' | 'topics' | 'offsetReset'>> = {},
): BuiltTopology {
  const input = options.pattern ? { pattern: options.pattern } : { topics: options.topics ?? 'in' };
  return new Topology()
    .addSource('source', { ...input, offsetReset: options.offsetReset, key: string(), value: string() })
    .addProcessor('processor', processor, { parents: 'source' })
    .addSink('sink', { topic: 'out', key: string(), value: string(), parents: 'processor' })
    .build();
}

/** As {@link countTopology}, behind a repartition topic: two sub-topologies, and a topic that is purged. */
export function repartitionedCountTopology(): BuiltTopology {
  const serdes = { key: string(), value: string() };
  return new Topology()
    .addSource('source', { topics: 'in', ...serdes })
    .addRepartitionTopic('again', undefined)
    .addSink('to-again', { topic: 'again', parents: 'source', ...serdes })
    .addSource('from-again', { topics: 'again', ...serdes })
    .addProcessor('count', () => new Count(), { parents: 'from-again' })
    .addStateStore(keyValueStore({ name: 'counts', ...serdes }), 'count')
    .addSink('sink', { topic: 'out', parents: 'count', ...serdes })
    .build();
}
