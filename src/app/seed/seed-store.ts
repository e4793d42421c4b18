import { partitionKey, type BrokerClient, type TopicDescription, type Writer } from '../../broker/client/client.js';
import { outsideOfGroup } from '../../broker/client/group-offsets.js';
import { partitionForKey } from '../../broker/client/partitioner.js';
import type { SeedRow, SeedSource } from '../../connect/seed/seed-source.js';
import type { Logger } from '../../observability/log.js';
import { prepareTopicSerdes } from '../../runtime/prepare-serdes.js';
import type { SchemaCache } from '../../serde/registry/schema-cache.js';
import type { BuiltTopology } from '../../topology/node.js';
import { invalid, MillraceError } from '../../util/errors.js';
import { NO_HEADERS } from '../../util/headers.js';
import type { Clock } from '../../util/time.js';
import { changelogRecords } from './changelog-records.js';
import { digestOf, markerOffset, readMarker, seedGroup, type SeedMarker } from './seed-marker.js';
import { ensureChangelog, seedTarget, type SeedTarget } from './seed-target.js';
import { readTopic } from './read-topic.js';

export interface SeedRequest {
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  readonly store: string;
  readonly source: SeedSource;
  /** Put the rows over what the store has. Default false: it has to be empty. */
  readonly merge?: boolean;
  readonly schemas?: SchemaCache;
  /** The instance that seeds. Default: the command line. */
  readonly by?: string;
}

export interface SeedOptions {
  readonly client: BrokerClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told after each transaction how many rows of the source are in the changelog. */
  readonly onProgress?: (rows: number) => void;
}

/** What a seeding came to. */
export interface SeedResult {
  /** `already`: this source was put into the store before. */
  readonly outcome: 'seeded' | 'already';
  /** Of the source. */
  readonly rows: number;
  /** Of these, what an earlier attempt had put there. */
  readonly resumedAt: number;
}

/** Bounds of one transaction. */
const ROWS_PER_TRANSACTION = 1_000;
const TRANSACTION_MS = 1_000;
/** How long a source may let the marker stand still. */
const BEAT_MS = 2_000;
const WRITER_TIMEOUT_MS = 60_000;

/**
 * Puts the rows of a source into the changelog of a store of an application that does not run, so that its next start restores
 * them. Rows and the marker of how far it came are one transaction: whoever is interrupted goes on there, and a source that is
 * not repeatable is put again from its beginning, over the same keys. A later seeding of the same store fences an earlier one.
 * @throws MillraceError `STORE_NOT_FOUND`, `STORE_NOT_SEEDABLE`, `STORE_HAS_DATA`, `SEED_UNFINISHED`, `APPLICATION_RUNS`,
 *   `SEED_ROW_INVALID`
 * @throws FencedError when a later one has taken over
 */
export async function seedStore(request: SeedRequest, options: SeedOptions): Promise<SeedResult> {
  const { applicationId, topology, store, source, schemas } = request;
  const { client, log, clock } = options;
  const target = seedTarget(applicationId, topology, store);
  const changelog = await ensureChangelog(applicationId, topology, target, { admin: client.admin, log });
  const group = seedGroup(applicationId, store);
  const writer = client.writer({ transactionalId: group, transactionTimeoutMs: WRITER_TIMEOUT_MS });
  try {
    await writer.init(); // from here on no other seeding of this store moves the marker
    const before = await readMarker(client.admin, group, changelog);
    const digest = digestOf(source.name);
    if (before?.done === true && before.source === digest && request.merge !== true) {
      return { outcome: 'already', rows: before.rows, resumedAt: before.rows };
    }
    await checkSeedable(request, client, changelog, before);
    const { keySerde: key, valueSerde: value } = target.definition;
    await prepareTopicSerdes({ key, value }, { topic: target.changelog, access: 'store' }, schemas);
    const resumed = before?.done === false && source.repeatable ? before.rows : 0;
    const seeding = new Seeding(writer, target, changelog, group, {
      source: digest,
      by: request.by,
      rows: resumed,
      clock,
    });
    await seeding.commit();
    const rows = await seeding.run(source.rows({ readTopic: (topic) => readTopic(client, topic) }), resumed, options);
    return { outcome: 'seeded', rows, resumedAt: resumed };
  } finally {
    if (writer.inTransaction) await writer.abort().catch(() => undefined); // a fenced one has none
    await writer.close();
  }
}

/** @throws MillraceError `APPLICATION_RUNS`, `STORE_HAS_DATA`, `SEED_UNFINISHED` */
export async function checkSeedable(
  { applicationId, store, source, merge = false }: SeedRequest,
  { admin }: Pick<BrokerClient, 'admin'>,
  changelog: TopicDescription,
  before: SeedMarker | undefined,
): Promise<void> {
  const members = (await admin.describeGroup(applicationId))?.members ?? [];
  if (members.length > 0) {
    throw new MillraceError({
      code: 'APPLICATION_RUNS',
      kind: 'invalid',
      message: `store "${store}" cannot be seeded: application "${applicationId}" has members in its group`,
      hint: 'Stop every instance; one that ended without leaving is gone after its session time-out.',
      context: { application: applicationId },
    });
  }
  if (before?.done === false) {
    if (before.source === digestOf(source.name)) return;
    throw invalid('SEED_UNFINISHED', `store "${store}" is half seeded from another source`, {
      hint: 'Finish that one: seed again from the same source.',
    });
  }
  if (merge || !(await hasRecords(admin, changelog))) return;
  throw invalid('STORE_HAS_DATA', `store "${store}" is not empty: its changelog "${changelog.name}" has records`, {
    hint: 'Put the rows over what is there with --merge, or start anew with millrace reset.',
  });
}

async function hasRecords(
  admin: BrokerClient['admin'],
  { name: topic, partitions }: TopicDescription,
): Promise<boolean> {
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
  const [starts, ends] = [await admin.listOffsets(all, 'earliest'), await admin.listOffsets(all, 'latest')];
  return all.some((each) => (ends.get(partitionKey(each)) ?? 0) > (starts.get(partitionKey(each)) ?? 0));
}

/** One seeding under way. */
class Seeding {
  #rows: number;
  #beat = 0;
  #sent = 0;
  #begunMs: number;

  constructor(
    private readonly writer: Writer,
    private readonly target: SeedTarget,
    private readonly changelog: TopicDescription,
    private readonly group: string,
    private readonly facts: Pick<SeedMarker, 'source' | 'by' | 'rows'> & { readonly clock: Clock },
  ) {
    this.#rows = facts.rows;
    this.#begunMs = facts.clock.monotonicMs();
  }

  /** @param skipped rows that are there already */
  async run(rows: AsyncIterable<SeedRow>, skipped: number, { onProgress }: SeedOptions): Promise<number> {
    const { clock } = this.facts;
    const iterator = rows[Symbol.asyncIterator]();
    let at = 0;
    try {
      for (;;) {
        const next = await this.#next(iterator);
        if (next.done === true) break;
        if (at++ < skipped) continue;
        this.#send(next.value);
        if (this.writer.full) await this.writer.drain();
        const due = this.#sent >= ROWS_PER_TRANSACTION || clock.monotonicMs() - this.#begunMs >= TRANSACTION_MS;
        if (!due) continue;
        await this.commit();
        onProgress?.(this.#rows);
      }
      await this.commit(true);
      onProgress?.(this.#rows);
      return this.#rows;
    } finally {
      await iterator.return?.();
    }
  }

  async commit(done = false): Promise<void> {
    const { source, by, clock } = this.facts;
    if (!this.writer.inTransaction) this.writer.begin();
    const { name, topicId } = this.changelog;
    const marker = { source, by, topicId, rows: this.#rows, done, beat: this.#beat++ };
    await this.writer.sendOffsets(outsideOfGroup(this.group), [markerOffset(name, marker)]);
    await this.writer.commit();
    this.#sent = 0;
    this.#begunMs = clock.monotonicMs();
  }

  /** Whoever looks at the marker sees that this one lives, however long the source thinks. */
  async #next(iterator: AsyncIterator<SeedRow>): Promise<IteratorResult<SeedRow, unknown>> {
    const next = iterator.next();
    next.catch(() => undefined); // told by the await below
    for (;;) {
      const timer = new AbortController();
      const waited = this.facts.clock.sleep(BEAT_MS, timer.signal).then(() => undefined);
      const first = await Promise.race([next, waited]);
      timer.abort();
      if (first !== undefined) return first;
      await this.commit();
    }
  }

  #send(row: SeedRow): void {
    const { name, partitions } = this.changelog;
    if (!this.writer.inTransaction) this.writer.begin();
    for (const record of changelogRecords(this.target.definition, row, this.facts.clock.nowMs())) {
      const partition = partitionForKey(record.partitionKey, partitions);
      this.writer.send(name, partition, record.key, record.value, record.timestamp, NO_HEADERS);
    }
    this.#rows++;
    this.#sent++;
  }
}
