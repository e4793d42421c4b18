import type { Sink, SinkBatching, SinkContext, SinkRecord, SinkRetry, SinkWriter } from '../../topology/sink.js';
import type { Duration } from '../../util/time.js';
import type { FileFormat } from './file-format.js';
import type { FileStorage } from './file-storage.js';
import { FileWriter, type RollLimits } from './file-writer.js';
import { jsonLines } from './json-lines.js';
import { LocalStorage } from './local-storage.js';
import { ManifestLog } from './manifest-log.js';

export interface FileSinkOptions<K, V, Row = unknown> {
  /** A folder of this machine, or where else files are kept. */
  readonly to: string | FileStorage;
  /** Default {@link jsonLines}; see also `avroFile` and `parquetFile`. */
  readonly format?: FileFormat<Row>;
  /** A record as it stands in the file. Default: `{ key, value, timestamp, offset }`. */
  readonly row?: (record: SinkRecord<K, V>) => NoInfer<Row>;
  /** Files are ended, and seen by readers, as soon as the files of a partition together reach one of these. */
  readonly roll?: Partial<RollLimits> & {
    /** Since the first record. Default `'1m'`. */
    readonly interval?: Duration;
  };
  readonly batching?: Omit<SinkBatching, 'flushInterval'>;
  readonly retry?: SinkRetry;
}

const DEFAULT_ROLL: RollLimits = { rows: 1_000_000, bytes: 128 << 20 };

/**
 * Writes every record, tombstones too, into files, exactly once. They are found under `date=YYYY-MM-DD/hour=HH/`, by event time
 * in UTC, from when they are whole and counted; nothing that is there is ever changed. What is being written is in `.millrace/`.
 *
 *     orders.toSink('archive', fileSink({ to: '/data/orders', roll: { interval: '10m' } }))
 *
 * A record whose row the format cannot hold meets the production policy of the topology.
 */
export function fileSink<K, V, Row = unknown>(options: FileSinkOptions<K, V, Row>): Sink<K, V> {
  const { to, format = jsonLines(), row = wholeRecord, roll = {}, batching = {}, retry } = options;
  const { interval = '1m', ...limits } = roll;
  const storage = typeof to === 'string' ? new LocalStorage(to) : to;
  return {
    kind: 'files',
    guarantee: 'exactly-once',
    batching: { ...batching, flushInterval: interval },
    ...(retry && { retry }),
    async open(context: SinkContext): Promise<SinkWriter<K, V>> {
      const folder = temporaryFolder(context);
      const encoding = await format.load();
      const log = await ManifestLog.open(storage, folder, context);
      const files = { storage, log, folder, encoding, extension: format.extension };
      return new FileWriter({ ...files, row, roll: { ...DEFAULT_ROLL, ...limits }, context });
    },
  };
}

function wholeRecord({ key, value, timestamp, offset }: SinkRecord): unknown {
  return { key: key as unknown, value: value as unknown, timestamp, offset };
}

function temporaryFolder({ applicationId, sink, topicId, partition }: SinkContext): string {
  return ['.millrace', applicationId, sink, topicId, String(partition)].map(encodeURIComponent).join('/');
}
