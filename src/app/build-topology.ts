import { StreamsBuilder } from '../dsl/streams-builder.js';
import type { BuiltTopology } from '../topology/node.js';
import type { TopologyDefinition } from './define-topology.js';

/** The graph of a topology. */
export function buildTopology(definition: TopologyDefinition): BuiltTopology {
  const builder = new StreamsBuilder({ processorWrapper: definition.config?.processorWrapper });
  definition.build(builder);
  return builder.build({ optimization: definition.config?.optimization });
}
