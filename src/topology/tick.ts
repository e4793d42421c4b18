import type { Serde } from '../serde/serde.js';
import { SerdeError } from '../serde/serde-error.js';

/**
 * Says that time has passed without records: "stream time has come to `streamTimeMs`". A task writes ticks to an internal
 * topic and reads them back; what a tick does, it does when it is read.
 *
 * The topics of a task have no order among them, so a tick says where it stands: behind the records before `positions`, and
 * before all others. The task takes it exactly there, whenever it comes by: live, after a restart, and in a replay.
 */
export class Tick {
  constructor(
    readonly streamTimeMs: number,
    /** The partition that the tick belongs to: that of the task. */
    readonly partition: number,
    /** Next offsets of the task's other inputs when the tick was written, by `topic-partition` as on the broker. */
    readonly positions: ReadonlyMap<string, number>,
  ) {}
}

/** What a tick is as JSON: it is seldom written, and read by people too. */
interface TickJson {
  readonly streamTimeMs: number;
  readonly partition: number;
  readonly positions: Readonly<Record<string, number>>;
}

/** Ticks as JSON: `{"streamTimeMs":60000,"partition":0,"positions":{"sales-0":17}}`. */
export const ticks: Serde<Tick> = Object.freeze({
  name: 'ticks',
  serialize({ streamTimeMs, partition, positions }: Tick): Buffer {
    const json: TickJson = { streamTimeMs, partition, positions: Object.fromEntries(positions) };
    return Buffer.from(JSON.stringify(json));
  },
  deserialize(bytes: Buffer, start: number, end: number): Tick {
    const json = parsed(bytes, start, end);
    if (json === undefined) throw SerdeError.ofBytes('ticks', bytes, start, end, 'it is not a tick');
    return new Tick(json.streamTimeMs, json.partition, new Map(Object.entries(json.positions)));
  },
});

function parsed(bytes: Buffer, start: number, end: number): TickJson | undefined {
  try {
    const json = JSON.parse(bytes.toString('utf8', start, end)) as Partial<TickJson> | null; // checked below
    const { streamTimeMs, partition, positions } = json ?? {};
    if (streamTimeMs === undefined || partition === undefined || positions === undefined) return undefined;
    return { streamTimeMs, partition, positions };
  } catch {
    return undefined;
  }
}
