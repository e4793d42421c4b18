import type { Serde } from '../../serde/serde.js';
import type { WindowMatches } from '../store.js';
import { nextEntry, sequenceAt, timeAt, valueStart } from './join-chunk.js';

/** Entries of one key found in its chunks, by time and then sequence number. */
export class JoinMatches<V> implements WindowMatches<V> {
  /** The chunk of each entry and where it begins there. */
  private chunks: Buffer[] = [];
  private starts: number[] = [];
  private sorted = true;
  private lastTime = -1;

  constructor(private readonly serde: Serde<V>) {}

  /** Takes the entries of a chunk whose time lies in the range. */
  take(chunk: Buffer, fromMs: number, toMs: number): void {
    for (let at = 0; at < chunk.length; at = nextEntry(chunk, at)) {
      const time = timeAt(chunk, at);
      if (time < fromMs || time > toMs) continue;
      if (time < this.lastTime) this.sorted = false;
      this.lastTime = time;
      this.chunks.push(chunk);
      this.starts.push(at);
    }
  }

  /** All chunks were taken. */
  finish(): this {
    if (this.sorted) return this;
    const entries = this.starts.map((at, i) => ({ chunk: this.chunks[i] as Buffer, at })); // both have one length
    entries.sort(
      (a, b) => timeAt(a.chunk, a.at) - timeAt(b.chunk, b.at) || sequenceAt(a.chunk, a.at) - sequenceAt(b.chunk, b.at),
    );
    this.chunks = entries.map(({ chunk }) => chunk);
    this.starts = entries.map(({ at }) => at);
    return this;
  }

  get count(): number {
    return this.starts.length;
  }

  timeAt(index: number): number {
    return timeAt(this.chunks[index] as Buffer, this.starts[index] as number); // callers keep within the count
  }

  sequenceAt(index: number): number {
    return sequenceAt(this.chunks[index] as Buffer, this.starts[index] as number); // as above
  }

  valueAt(index: number): V {
    const chunk = this.chunks[index] as Buffer; // as above
    const at = this.starts[index] as number;
    return this.serde.deserialize(chunk, valueStart(at), nextEntry(chunk, at));
  }
}
