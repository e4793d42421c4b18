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

type Where = Pick<SerdePlace, 'topic' | 'access'>;

/** The serdes of a topic's records. */
export interface TopicSerdes {
  readonly key: Pick<Serde<unknown>, 'prepare'>;
  readonly value: Pick<Serde<unknown>, 'prepare'>;
}

/** An application whose serdes are to be prepared. */
export interface SerdesToPrepare {
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  readonly schemas?: SchemaCache;
}

/**
 * Prepares every serde of a topology for the places where it is used, so that records can be written from the first one on,
 * and state read without waiting: schemas are registered here, or looked up, and found to fit.
 * @throws what a serde's `prepare` throws
 */
export async function prepareSerdes({ applicationId, topology, schemas }: SerdesToPrepare): Promise<void> {
  const repartitionTopics = new Set(topology.subTopologies.flatMap(namesOfRepartitionTopics));
  const resolve = (topic: string): string => resolveTopic(applicationId, topic, repartitionTopics);
  for (const subTopology of topology.subTopologies) {
    for (const node of subTopology.nodes) {
      if (node.kind === 'source') await prepareSource(node, resolve, schemas);
      if (node.kind === 'sink') await prepareSink(node, resolve, schemas);
    }
    for (const store of subTopology.stores) await prepareStore(store, 'store', { applicationId, subTopology, schemas });
  }
  for (const { source, store } of topology.globalStores) {
    await prepareSource(source, (topic) => topic, schemas);
    await prepareStore(store, 'store', { applicationId, schemas });
  }
}

/** As {@link prepareSerdes}, for stores that another thread writes: nothing is registered. */
export async function prepareStoreSerdes({ applicationId, topology, schemas }: SerdesToPrepare): Promise<void> {
  for (const subTopology of topology.subTopologies) {
    for (const store of subTopology.stores) await prepareStore(store, 'query', { applicationId, subTopology, schemas });
  }
  for (const { store } of topology.globalStores) await prepareStore(store, 'query', { applicationId, schemas });
}

async function prepareSource(
  { topics, keySerde, valueSerde }: SourceNode,
  resolve: (topic: string) => string,
  schemas: SchemaCache | undefined,
): Promise<void> {
  const places = topics.length === 0 ? [undefined] : topics.map(resolve); // those of a pattern are not known yet
  for (const topic of places)
    await prepareTopicSerdes({ key: keySerde, value: valueSerde }, { topic, access: 'read' }, schemas);
}

async function prepareSink(
  { topic, keySerde, valueSerde, partitionKeySerde }: SinkNode,
  resolve: (topic: string) => string,
  schemas: SchemaCache | undefined,
): Promise<void> {
  const place = { topic: typeof topic === 'string' ? resolve(topic) : undefined, access: 'write' as const };
  await prepareTopicSerdes({ key: keySerde, value: valueSerde }, place, schemas);
  await partitionKeySerde?.prepare?.({ ...place, part: 'key', schemas });
}

async function prepareStore(
  { name, keySerde, valueSerde }: StoreDefinition,
  access: 'store' | 'query',
  where: Omit<SerdesToPrepare, 'topology'> & { readonly subTopology?: SubTopology },
): Promise<void> {
  const { applicationId, subTopology, schemas } = where;
  const serdes: TopicSerdes = { key: keySerde, value: valueSerde };
  await prepareTopicSerdes(serdes, { topic: changelogTopic(applicationId, name), access }, schemas);
  const source = subTopology?.sourceChangelogs.get(name);
  // such a store is restored from what others wrote
  if (source !== undefined) await prepareTopicSerdes(serdes, { topic: source, access: 'query' }, schemas);
}

/** Prepares the serdes of one topic, or of one store. */
export async function prepareTopicSerdes(
  { key, value }: TopicSerdes,
  where: Where,
  schemas: SchemaCache | undefined,
): Promise<void> {
  await key.prepare?.({ ...where, part: 'key', schemas });
  await value.prepare?.({ ...where, part: 'value', schemas });
}

function namesOfRepartitionTopics({ repartitionTopics }: SubTopology): string[] {
  return repartitionTopics.map(({ name }) => name);
}
