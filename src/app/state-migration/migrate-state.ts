import type { BrokerClient, Writer } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import { WRITER_HEADER, writerHeaders } from '../../state/writers/restored-values.js';
import { changelogTopic } from '../../topology/node.js';
import { partitionsOf } from '../dead-letters/scan-topic.js';
import { expectStopped } from '../reset/carry-out.js';
import type { ConvertValue } from './convert.js';
import { liveRecords } from './live-values.js';
import { migrationTarget, type MigrationTarget, type TargetOptions } from './migration-target.js';

/** Records of one transaction. */
const BATCH = 1_000;

/** What is to be converted, and how. */
export interface StateMigration extends TargetOptions {
  readonly convert: ConvertValue;
  /** False: every value is converted, and none is written. */
  readonly execute: boolean;
  /** Told of each partition that is done, of so many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What became of the live values of a partition of the store's changelog. */
export interface MigratedPartition {
  readonly partition: number;
  /** Were of an earlier schema. */
  readonly converted: number;
  /** Of these, made null. */
  readonly deleted: number;
  /** Were of the present schema already. */
  readonly present: number;
}

/**
 * Converts the values that earlier schemas wrote to a store's changelog: each live one is read as its writer's, and what the
 * function makes of it is written by the present schema, in transactions of 1,000 records. What was converted before is
 * passed by, so a migration that did not end is begun again. Local state follows by the tail of its changelog.
 * @throws MillraceError `APPLICATION_RUNS`, `STORE_NOT_FOUND`, `STATE_NOT_MIGRATABLE`, `STATE_CONVERSION_FAILED`, `TOPIC_NOT_FOUND`
 */
export async function migrateState(migration: StateMigration): Promise<readonly MigratedPartition[]> {
  const { client, applicationId, execute, onProgress } = migration;
  const group = await client.admin.describeGroup(applicationId);
  expectStopped({ application: applicationId, group, members: [] });
  const target = await migrationTarget(migration);
  const partitions = await partitionsOf(client, changelogTopic(applicationId, migration.store));
  if (execute) await target.enterPresent();
  const writer = execute ? await openWriter(client, applicationId) : undefined;
  const migrated: MigratedPartition[] = [];
  try {
    for (const partition of partitions) {
      migrated.push(await migratePartition(migration, target, partition, writer));
      onProgress?.(migrated.length, partitions.length);
    }
  } finally {
    if (writer?.inTransaction) await writer.abort();
    await writer?.close();
  }
  if (execute) await target.markConverted();
  return migrated;
}

async function openWriter(client: BrokerClient, applicationId: string): Promise<Writer> {
  const writer = client.writer({ transactionalId: `${applicationId}-state-migrate` });
  await writer.init();
  return writer;
}

async function migratePartition(
  { client, convert }: StateMigration,
  target: MigrationTarget,
  partition: TopicPartition,
  writer: Writer | undefined,
): Promise<MigratedPartition> {
  const counts = { converted: 0, deleted: 0, present: 0 };
  const headers = writerHeaders(target.schema);
  for await (const record of liveRecords(client, partition, target.definition)) {
    const fingerprint = target.writerOf(record);
    if (fingerprint === target.present) {
      counts.present++;
      continue;
    }
    const value = await target.converted(record, fingerprint, convert);
    counts.converted++;
    if (value === null) counts.deleted++;
    if (writer === undefined) continue;
    if (!writer.inTransaction) writer.begin();
    const kept = record.headers.filter(([name]) => name !== WRITER_HEADER);
    const told = value === null ? kept : [...kept, ...headers];
    writer.send(partition.topic, partition.partition, record.key, value, record.timestamp, told);
    if (counts.converted % BATCH === 0) await writer.commit();
  }
  if (writer?.inTransaction) await writer.commit();
  return { partition: partition.partition, ...counts };
}
