/** Kafka Streams for TypeScript: the public names. */
export { defineTopology } from './app/define-topology.js';
export type { TopologyConfig, TopologyDefinition } from './app/define-topology.js';
export { defineGenerator } from './connect/generator/generator.js';
export type {
  GeneratedRecord,
  GeneratorDefinition,
  GeneratorOption,
  GeneratorStep,
} from './connect/generator/generator.js';
export { StreamsBuilder } from './dsl/streams-builder.js';
export { hopping, tumbling } from './processor/window/windows.js';
export * from './serde/index.js';
export { MillraceError } from './util/errors.js';
export type { ErrorContext, ErrorKind } from './util/errors.js';
export type { Duration } from './util/time.js';
