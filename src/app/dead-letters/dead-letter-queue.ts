import { partitionKey, type BrokerClient } from '../../broker/client/client.js';
import { invalid } from '../../util/errors.js';
import { deadLetterOf, type DeadLetter } from './dead-letter.js';
import { deadLetterFilter } from './dead-letter-filter.js';
import { purge, type PurgedPartition, type PurgeRequest } from './purge.js';
import { redrive, redrivenOf, type RedriveReport, type RedriveRequest } from './redrive.js';
import { partitionsOf, scanPartitions } from './scan-topic.js';

/** One line of a list of dead letters. */
export interface DeadLetterLine {
  readonly partition: number;
  readonly offset: number;
  /** ISO 8601. */
  readonly time: string;
  readonly source_topic: string | null;
  readonly source_partition: number | null;
  readonly source_offset: number | null;
  readonly exception: string | null;
  readonly message: string | null;
  readonly attempts: number;
  readonly redriven: boolean;
}

/** A whole dead letter; bytes are base64. */
export interface WholeDeadLetter extends DeadLetterLine {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [name: string, value: string | null])[];
}

/** What `millrace dlq` does to dead-letter topics, of Kafka or of a running process. All of it is JSON. */
export interface DeadLetterQueue {
  /** Those that meet every condition. */
  list(topic: string, where: readonly string[]): AsyncIterable<DeadLetterLine>;
  /** @throws MillraceError `DEAD_LETTER_NOT_FOUND` */
  show(topic: string, partition: number, offset: number): Promise<WholeDeadLetter>;
  redrive(topic: string, request: RedriveRequest): Promise<RedriveReport>;
  purge(topic: string, request: PurgeRequest): Promise<readonly PurgedPartition[]>;
}

/** The dead-letter topics of the broker that a client speaks to. */
export function deadLetterQueue(client: BrokerClient): DeadLetterQueue {
  return {
    list: (topic, where) => list(client, topic, where),
    show: (topic, partition, offset) => show(client, topic, partition, offset),
    redrive: (topic, request) => redrive(client, topic, request),
    purge: (topic, request) => purge(client, topic, request),
  };
}

async function* list(client: BrokerClient, topic: string, where: readonly string[]): AsyncGenerator<DeadLetterLine> {
  const wanted = deadLetterFilter(where);
  const partitions = await partitionsOf(client, topic);
  const redriven = await redrivenOf(client, topic, partitions);
  for await (const piece of scanPartitions(client, partitions)) {
    for (let index = 0; index < piece.records.length; index++) {
      const letter = deadLetterOf(piece, index);
      if (wanted(letter)) yield lineOf(letter, redriven.get(letter.partition)?.has(letter.offset) === true);
    }
  }
}

async function show(client: BrokerClient, topic: string, partition: number, offset: number): Promise<WholeDeadLetter> {
  const one = (await partitionsOf(client, topic)).filter((each) => each.partition === partition);
  const redriven = await redrivenOf(client, topic, one);
  for (const each of one) {
    const ends = await client.admin.listOffsets([each], 'latest', 'read_committed');
    if (offset >= (ends.get(partitionKey(each)) ?? 0)) break;
    for await (const piece of scanPartitions(client, [each])) {
      for (let index = 0; index < piece.records.length; index++) {
        if (piece.records.offset(index) !== offset) continue;
        return wholeOf(deadLetterOf(piece, index), redriven.get(partition)?.has(offset) === true);
      }
    }
  }
  throw invalid(
    'DEAD_LETTER_NOT_FOUND',
    `there is no record at offset ${offset} of partition ${partition} of "${topic}"`,
    {
      hint: 'See `millrace dlq list` for those that there are.',
      context: { topic, partition, offset },
    },
  );
}

function lineOf(letter: DeadLetter, redriven: boolean): DeadLetterLine {
  const { partition, offset, timestamp, source, exception, message, attempts } = letter;
  return {
    partition,
    offset,
    time: new Date(timestamp).toISOString(),
    source_topic: source?.topic ?? null,
    source_partition: source?.partition ?? null,
    source_offset: source?.offset ?? null,
    exception: exception ?? null,
    message: message ?? null,
    attempts,
    redriven,
  };
}

function wholeOf(letter: DeadLetter, redriven: boolean): WholeDeadLetter {
  const base64 = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;
  return {
    ...lineOf(letter, redriven),
    key: base64(letter.key),
    value: base64(letter.value),
    headers: letter.headers.map(([name, value]) => [name, base64(value)] as const),
  };
}
