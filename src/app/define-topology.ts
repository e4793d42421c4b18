import type { GeneratorDefinition } from '../connect/generator/generator.js';
import type { SeedSource } from '../connect/seed/seed-source.js';
import type { Optimization } from '../dsl/optimization.js';
import type { StreamsBuilder } from '../dsl/streams-builder.js';
import type { StreamsApplicationOptions } from '../runtime/application.js';
import type { ProcessorWrapper } from '../topology/processor-wrapper.js';
import type { RecordSource } from '../topology/record-source.js';
import { invalid } from '../util/errors.js';
import type { QueryDefinition } from './define-query.js';

export type {
  ErrorPolicies,
  ErrorPolicy,
  ErrorResponse,
  FailedInput,
  ProductionPolicy,
  ProductionResponse,
  RecordFailure,
} from '../runtime/task/error-policy.js';
export type { UncaughtErrorPolicy, UncaughtErrorResponse } from '../runtime/uncaught-error.js';

/** What a topology may settle for itself; the environment and flags win where they name the same thing. */
export type TopologyConfig = Pick<
  StreamsApplicationOptions,
  | 'acceptableRecoveryLag'
  | 'commitIntervalMs'
  | 'cacheMaxBytes'
  | 'compression'
  | 'errorPolicies'
  | 'maxTaskIdleMs'
  | 'maxWarmups'
  | 'offsetReset'
  | 'onStateMismatch'
  | 'onUncaughtError'
  | 'processingGuarantee'
  | 'rackAwareAssignmentTags'
  | 'snapshots'
  | 'standbys'
> & {
  /** Rules that change the topology (Kafka Streams' `topology.optimization`). Default `none`; not to be changed later. */
  readonly optimization?: Optimization;
  /** Is put around every processor (KIP-1112, Kafka Streams' `processor.wrapper.class`). Default: none. */
  readonly processorWrapper?: ProcessorWrapper;
};

/** A program: its name, its graph, and what belongs to it. The default export of a topology file. */
export interface TopologyDefinition {
  /** The application id, unless APPLICATION_ID says otherwise: group, internal topics and state are named for it. */
  readonly name: string;
  readonly config?: TopologyConfig;
  /** Adds the streams and tables to a builder of its own. */
  build(builder: StreamsBuilder): void;
  /** Make up its input data, for `millrace generate` and `millrace run --generate`. */
  readonly generators?: readonly GeneratorDefinition[];
  /**
   * Where a backfill finds the records of an input topic again, given the path that it is told to read from. Default, for each
   * topic: the files in `<path>/<topic>/`, or `<path>/<topic>.jsonl`, with rows as file sinks write them.
   */
  readonly backfill?: Readonly<Record<string, (from: string) => RecordSource>>;
  /**
   * What stores begin with, by their names: each is seeded once, before the first start of the application, by one of its
   * instances, whatever is killed meanwhile. A store that has data already is left as it is.
   */
  readonly bootstrap?: Readonly<Record<string, SeedSource>>;
  /** Questions that it answers from its own stores, over HTTP and gRPC; made by `defineQuery`. */
  readonly queries?: readonly QueryDefinition[];
  /** Those of its queries that declare what they return, as a gRPC service of its own: what `millrace codegen` wrote. */
  readonly service?: QueryService;
}

/** A gRPC service of a topology's queries. */
export interface QueryService {
  /** Full name, `wallets.v1.WalletService`. */
  readonly name: string;
  /** The text of its .proto file, which numbers the fields. */
  readonly proto: string;
}

/** Kafka's rule for topic names, which an application's internal topics have to keep; room is left for their endings. */
const NAME = /^[A-Za-z0-9._-]{1,180}$/;

/**
 * Checks and freezes a topology.
 * @throws MillraceError `INVALID_TOPOLOGY_NAME` when topics could not be named for it
 *
 *     export default defineTopology({
 *       name: 'uppercase',
 *       build(builder) {
 *         builder.stream('in', { key: string(), value: string() }).mapValues((text) => text.toUpperCase()).to('out', …)
 *       },
 *     })
 */
export function defineTopology(definition: TopologyDefinition): TopologyDefinition {
  if (!NAME.test(definition.name) || /^\.+$/.test(definition.name)) {
    throw invalid('INVALID_TOPOLOGY_NAME', `"${definition.name}" cannot be the name of a topology`, {
      hint: 'Use letters, digits, ".", "_" and "-", at most 180 of them.',
    });
  }
  return Object.freeze({ ...definition });
}
