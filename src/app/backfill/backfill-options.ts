import type { ReadableFormat } from '../../connect/files/row-reader.js';
import type { ArrivalDependency } from '../../topology/arrival.js';
import type { Surroundings } from '../broker.js';
import type { Config } from '../config.js';
import type { TopologyDefinition } from '../define-topology.js';

/** Files in a folder. */
export interface FileTarget {
  readonly path: string;
  /** Default `jsonl`. */
  readonly format?: ReadableFormat;
  /** Only the last record of each key, as compaction would leave it. Default false. */
  readonly latest?: boolean;
}

/** Where results go: files in a folder, or the topics of Kafka that the topology writes. */
export type BackfillTarget = FileTarget | 'topic';

export interface BackfillOptions extends Surroundings {
  readonly topology: TopologyDefinition;
  /** Where its sources read from: see `backfill` of {@link TopologyDefinition}. */
  readonly from: string;
  readonly to: BackfillTarget;
  /** Records of this time, milliseconds, and later ones are left out. Default: none are. */
  readonly untilMs?: number;
  /** Sinks of the topology that are given nothing. */
  readonly skippedSinks?: readonly string[];
  /** Of every input topic. Default: as many as it has on Kafka, where the configuration has brokers; else 4. */
  readonly partitions?: number;
  /** The module that exports the topology, as a `file:` URL, for threads that have to import it again. Default: there are none. */
  readonly moduleUrl?: string;
  /** Threads among which the partitions are divided. Default: as many as there are processors, if `moduleUrl` is given. */
  readonly threads?: number;
  readonly config: Config;
  /** Called before the first record is read. */
  readonly onStart?: (start: BackfillStart) => void;
  /** Called after some thousand records, each time. */
  readonly onProgress?: (progress: BackfillProgress) => void;
}

/** What can be said of a backfill before it begins. */
export interface BackfillStart {
  readonly inputs: readonly { readonly topic: string; readonly source: string; readonly partitions: number }[];
  /** Operators whose results may differ from those of the live run. */
  readonly arrivalDependencies: readonly ArrivalDependency[];
}

export interface BackfillProgress {
  /** Records that were processed. */
  readonly records: number;
  /** From 0 to 1; undefined when a source does not know how much it has. */
  readonly fraction: number | undefined;
}

export interface BackfillSummary {
  readonly records: number;
  readonly elapsedMs: number;
  /** Records by output topic. */
  readonly outputs: ReadonlyMap<string, number>;
}
