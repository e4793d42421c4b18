import type { Serde } from '../../serde/serde.js';
import type { StreamPartitioner } from '../../topology/node.js';
import type { Sink } from '../../topology/sink.js';
import type { Topology } from '../../topology/topology.js';
import { failOnInvalidTimestamp } from '../../topology/timestamp-extractors.js';
import { GraphNode } from './graph-node.js';
import { partitioning, sourceOptions, type Reading } from './nodes.js';

/** Writes a topic, as it is, to a destination outside of Kafka. */
export class TopicConnectorNode extends GraphNode {
  constructor(
    name: string,
    readonly topic: string,
    readonly reading: Reading,
    readonly sink: Sink,
  ) {
    super(name);
  }

  writeTo(topology: Topology): void {
    topology.addConnector(this.name, { topic: this.topic, sink: this.sink, ...sourceOptions(this.reading) });
  }
}

/**
 * Writes a stream to a destination outside of Kafka, by way of an internal topic: what the stream's task has written there in
 * a transaction stays as it is, however often a crash has the sink begin again.
 */
export class StreamConnectorNode extends GraphNode {
  constructor(
    name: string,
    readonly keySerde: Serde<unknown>,
    readonly valueSerde: Serde<unknown>,
    readonly partitioner: StreamPartitioner | undefined,
    readonly sink: Sink,
  ) {
    super(name);
  }

  writeTo(topology: Topology): void {
    const topic = `${this.name}-sink`;
    const serdes = { key: this.keySerde, value: this.valueSerde };
    topology
      .addRepartitionTopic(topic, undefined)
      .addSink(topic, {
        topic,
        ...serdes,
        ...partitioning(this.keySerde, this.partitioner),
        parents: this.parentNames(),
      })
      .addConnector(this.name, { topic, sink: this.sink, ...serdes, timestampExtractor: failOnInvalidTimestamp });
  }
}
