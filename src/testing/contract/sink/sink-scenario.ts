import assert from 'node:assert/strict';
import { silentLogger } from '../../../observability/log.js';
import type { SinkBatch, SinkContext, SinkRecord, SinkWriter } from '../../../topology/sink.js';
import { NO_HEADERS } from '../../../util/headers.js';
import { systemClock } from '../../../util/time.js';
import type { ContractRow, ContractValue, Fault, SinkDestination, SinkWorld } from './sink-world.js';

export type Row = SinkRecord<string, ContractValue>;
export type Writer = SinkWriter<string, ContractValue>;

/** Nothing fails. */
export const sound: Fault = { step: () => undefined };

/** Where the process of a writer ends. */
export class Crash extends Error {}

/** Lets so many steps pass. */
export class CrashAfter implements Fault {
  #left: number;
  crashed = false;

  constructor(steps: number) {
    this.#left = steps;
  }

  step(): void {
    if (this.#left-- > 0) return;
    this.crashed = true;
    throw new Crash('the process has ended');
  }
}

const START_MS = Date.UTC(2026, 0, 1, 23, 58);

/** Records whose offsets have gaps, as in a log with transactions: a few keys, a tombstone now and then. */
export function records(count: number, firstOffset = 0): Row[] {
  return Array.from({ length: count }, (_, i) => {
    const serial = firstOffset + i;
    const deleted = serial % 11 === 10;
    return {
      key: `key ${String(serial % 7)}`,
      value: deleted ? null : { serial, text: `it's "${String(serial)}" \\ ü\n` },
      timestamp: START_MS + serial * 1_000,
      headers: NO_HEADERS,
      offset: serial * 2,
    };
  });
}

/** Cuts a log into batches. The last offset of each is followed by one that no one sees. */
export function batches(log: readonly Row[], size: number): SinkBatch<string, ContractValue>[] {
  const cut: SinkBatch<string, ContractValue>[] = [];
  for (let at = 0; at < log.length; at += size) {
    const part = log.slice(at, at + size);
    cut.push({ records: part, nextOffset: (part.at(-1)?.offset ?? 0) + 2 });
  }
  return cut;
}

/** One sink at one destination, and the partition that it is opened for. */
export class SinkScenario {
  constructor(
    readonly world: SinkWorld,
    readonly destination: SinkDestination,
  ) {}

  open(fault: Fault = sound, more: Partial<SinkContext> = {}): Promise<Writer> {
    const sink = this.destination.sink(fault);
    assert.equal(sink.guarantee, this.world.guarantee);
    return sink.open({
      applicationId: 'contract',
      sink: 'sink',
      topic: 'log',
      topicId: '00000000-0000-0000-0000-000000000001',
      partition: 0,
      clock: systemClock,
      log: silentLogger,
      ...more,
    });
  }

  /** Writes what of the log is not written yet, and closes. Gives the position. */
  async writeRest(log: readonly Row[], known: number | undefined, size = 10): Promise<number | undefined> {
    const writer = await this.open();
    const start = writer.position ?? known ?? 0;
    for (const batch of batches(
      log.filter(({ offset }) => offset >= start),
      size,
    ))
      await writer.write(batch);
    const position = await writer.flush();
    await writer.close();
    return position;
  }

  /** Checks that a reader sees what the log says, and nothing else. */
  async expect(log: readonly Row[]): Promise<void> {
    const sorted = (rows: readonly ContractRow[]): string[] => Array.from(rows, (row) => JSON.stringify(row)).sort();
    assert.deepEqual(sorted(await this.destination.read()), sorted(this.#truth(log)));
  }

  #truth(log: readonly Row[]): ContractRow[] {
    if (this.world.shape === 'log') return log.map(({ key, value }) => [key ?? '', value]);
    const table = new Map(log.map(({ key, value }) => [key ?? '', value] as const));
    return [...table].filter(([, value]) => value !== null);
  }
}
