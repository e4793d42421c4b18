import type { Serde } from '../serde/serde.js';
import { validName } from '../topology/naming.js';
import type { Sink } from '../topology/sink.js';
import { StreamConnectorNode } from './graph/connector-nodes.js';
import type { Produced } from './options.js';
import { expectSerde, type StreamPlace } from './program.js';

/** How a stream goes through the internal topic of a sink. */
export type SinkProduced<K, V> = Omit<Produced<K, V>, 'name'>;

/** Ends a stream in a sink of this name. */
export function streamToSink<K, V>(
  { program, keySerde, valueSerde, node }: StreamPlace<K, V>,
  name: string,
  sink: Sink<K, V>,
  options: SinkProduced<K, V> & { readonly key?: Serde<K>; readonly value?: Serde<V> },
): void {
  validName(name);
  const key = expectSerde(options.key ?? keySerde, 'key', name);
  const value = expectSerde(options.value ?? valueSerde, 'value', name);
  program.graph.add(new StreamConnectorNode(name, key, value, options.partitioner, sink), node);
}
