import { feed } from '../connect/generator/feed.js';
import { generate } from '../connect/generator/generate.js';
import type { GeneratedRecord, GeneratorDefinition } from '../connect/generator/generator.js';
import type { Logger } from '../observability/log.js';
import type { Metrics } from '../observability/metrics.js';
import { invalid } from '../util/errors.js';
import type { Clock } from '../util/time.js';
import type { TopologyDefinition } from './define-topology.js';
import type { RecordSink } from './record-sink.js';

/** How to run a topology's generators. */
export interface GeneratorSettings {
  /** Records per second; 0: as fast as they are taken. Default: the generator's own rate. */
  readonly ratePerSecond?: number;
  /** Default: endless. */
  readonly count?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Event time of the first record. Default: now, and event time then goes as fast as the clock. */
  readonly startMs?: number;
  readonly options?: Readonly<Record<string, number>>;
}

/**
 * The generators of a topology.
 * @throws MillraceError `NO_GENERATOR`
 */
export function generatorsOf(definition: TopologyDefinition): readonly GeneratorDefinition[] {
  const { name, generators = [] } = definition;
  if (generators.length > 0) return generators;
  throw invalid('NO_GENERATOR', `topology "${name}" has no generator`, {
    hint: 'Give it one under `generators`, or put records into its topics with `millrace produce`.',
  });
}

/**
 * The records of one generator. With a start time, event time advances by the generator's own rate whatever the rate of
 * sending, so that seed, count and start fix every byte; without one it advances by the rate of sending.
 */
export function recordsOf(
  generator: GeneratorDefinition,
  settings: GeneratorSettings,
  nowMs: number,
): Generator<GeneratedRecord> {
  const { ratePerSecond, count, seed = 1, startMs, options } = settings;
  const paced = startMs === undefined && ratePerSecond !== undefined && ratePerSecond > 0;
  const stepMs = paced ? 1_000 / ratePerSecond : undefined;
  return generate(generator, { seed, count, startMs: startMs ?? nowMs, stepMs, options });
}

/**
 * Runs every generator of a topology until it ends or the signal is aborted; gives how many records were sent.
 * @throws MillraceError `NO_GENERATOR`, `UNKNOWN_GENERATOR_OPTION`, at once
 */
export function runGenerators(
  definition: TopologyDefinition,
  settings: GeneratorSettings,
  to: {
    readonly sink: RecordSink;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly metrics: Metrics;
    readonly log: Logger;
  },
): Promise<number> {
  const { sink, clock, signal, metrics, log } = to;
  const runs = generatorsOf(definition).map((generator) => {
    const made = metrics.counter('millrace_generator_records_total', { application: definition.name });
    const ratePerSecond = settings.ratePerSecond ?? generator.ratePerSecond;
    const records = recordsOf(generator, settings, clock.nowMs());
    log.info({ application: definition.name, topics: generator.topics, ratePerSecond }, 'generator runs');
    const send: RecordSink['send'] = async (records) => {
      await sink.send(records);
      made.value += records.length;
    };
    return feed(records, { ratePerSecond, send, clock, signal });
  });
  return Promise.all(runs).then((sent) => sent.reduce((sum, count) => sum + count, 0));
}
