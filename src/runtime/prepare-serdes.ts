import type { Serde, SerdePlace } from '../serde/serde.js';
import type { SchemaCache } from '../serde/registry/schema-cache.js';
import type { StoreDefinition } from '../state/store.js';
import {
  changelogTopic,
  resolveTopic,
  type BuiltTopology,
  type SinkNode,
  type SourceNode,
  type SubTopology,
} from '../topology/node.js';

type Where = Pick<SerdePlace, 'topic' | 'access' | 'store'>;

/** The serdes of a topic's records. */
export interface TopicSerdes {
  readonly key: Pick<Serde<unknown>, 'prepare'>;
  readonly value: Pick<Serde<unknown>, 'prepare'>;
}

/** A serde in one of the places where a topology uses it. */
export interface PlacedSerde {
  readonly serde: Pick<Serde<unknown>, 'prepare'>;
  readonly place: Omit<SerdePlace, 'schemas'>;
}

/** An application whose serdes are looked at. */
export interface NamedTopology {
  readonly applicationId: string;
  readonly topology: BuiltTopology;
}

/** An application whose serdes are to be prepared. */
export interface SerdesToPrepare extends NamedTopology {
  readonly schemas?: SchemaCache;
}

/**
 * Prepares every serde of a topology for the places where it is used, so that records can be written from the first one on,
 * and state read without waiting: schemas are registered here, or looked up, and found to fit.
 * @throws what a serde's `prepare` throws
 */
export async function prepareSerdes({ schemas, ...application }: SerdesToPrepare): Promise<void> {
  await prepareAll(placedSerdes(application), schemas);
}

/** As {@link prepareSerdes}, for stores that another thread writes: nothing is registered. */
export async function prepareStoreSerdes({ applicationId, topology, schemas }: SerdesToPrepare): Promise<void> {
  for (const subTopology of topology.subTopologies) {
    for (const store of subTopology.stores)
      await prepareAll(ofStore(store, 'query', { applicationId, subTopology }), schemas);
  }
  for (const { store } of topology.globalStores) await prepareAll(ofStore(store, 'query', { applicationId }), schemas);
}

/** Prepares the serdes of one topic, or of one store. */
export async function prepareTopicSerdes(
  serdes: TopicSerdes,
  where: Where,
  schemas: SchemaCache | undefined,
): Promise<void> {
  await prepareAll(ofTopic(serdes, where), schemas);
}

/** The serdes of a topology in every place where they are used, in the order in which they are prepared. */
export function* placedSerdes({ applicationId, topology }: NamedTopology): Generator<PlacedSerde> {
  const repartitionTopics = new Set(topology.subTopologies.flatMap(namesOfRepartitionTopics));
  const resolve = (topic: string): string => resolveTopic(applicationId, topic, repartitionTopics);
  for (const subTopology of topology.subTopologies) {
    for (const node of subTopology.nodes) {
      if (node.kind === 'source') yield* ofSource(node, resolve);
      if (node.kind === 'sink') yield* ofSink(node, resolve);
    }
    for (const store of subTopology.stores) yield* ofStore(store, 'store', { applicationId, subTopology });
  }
  for (const { source, store } of topology.globalStores) {
    yield* ofSource(source, (topic) => topic);
    yield* ofStore(store, 'store', { applicationId });
  }
}

async function prepareAll(serdes: Iterable<PlacedSerde>, schemas: SchemaCache | undefined): Promise<void> {
  for (const { serde, place } of serdes) await serde.prepare?.({ ...place, schemas });
}

function* ofSource(
  { topics, keySerde, valueSerde }: SourceNode,
  resolve: (topic: string) => string,
): Generator<PlacedSerde> {
  const places = topics.length === 0 ? [undefined] : topics.map(resolve); // those of a pattern are not known yet
  for (const topic of places) yield* ofTopic({ key: keySerde, value: valueSerde }, { topic, access: 'read' });
}

function* ofSink(
  { topic, keySerde, valueSerde, partitionKeySerde }: SinkNode,
  resolve: (topic: string) => string,
): Generator<PlacedSerde> {
  const where = { topic: typeof topic === 'string' ? resolve(topic) : undefined, access: 'write' as const };
  yield* ofTopic({ key: keySerde, value: valueSerde }, where);
  if (partitionKeySerde !== undefined) yield { serde: partitionKeySerde, place: { ...where, part: 'key' } };
}

function* ofStore(
  { name, keySerde, valueSerde }: StoreDefinition,
  access: 'store' | 'query',
  { applicationId, subTopology }: { readonly applicationId: string; readonly subTopology?: SubTopology },
): Generator<PlacedSerde> {
  const serdes: TopicSerdes = { key: keySerde, value: valueSerde };
  yield* ofTopic(serdes, { topic: changelogTopic(applicationId, name), access, store: name });
  const source = subTopology?.sourceChangelogs.get(name);
  // such a store is restored from what others wrote
  if (source !== undefined) yield* ofTopic(serdes, { topic: source, access: 'query' });
}

function* ofTopic({ key, value }: TopicSerdes, where: Where): Generator<PlacedSerde> {
  yield { serde: key, place: { ...where, part: 'key' } };
  yield { serde: value, place: { ...where, part: 'value' } };
}

function namesOfRepartitionTopics({ repartitionTopics }: SubTopology): string[] {
  return repartitionTopics.map(({ name }) => name);
}
