import type { Table } from '../table.js';
import type { HistoryRetention } from './history-retention.js';
import { type EndedVersion, fromAt, isDeletion, nextVersion, toAt, valueAt } from './version-chunk.js';
import { type FoundVersion, VersionRows } from './version-rows.js';

/**
 * The versions of a key that have ended, over all segments. They stand by when they end, so the version of a time is the
 * first one that ends after it, unless that one begins later.
 */
export class KeyHistory {
  private readonly rows: VersionRows;

  constructor(
    table: Table,
    private readonly retention: HistoryRetention,
  ) {
    this.rows = new VersionRows(table);
  }

  /** The version that was valid at a time; none has ended after `latestMs`. */
  validAt(key: Buffer, timeMs: number, latestMs: number): FoundVersion | undefined {
    const found = this.endingAfter(key, timeMs, latestMs);
    return found !== undefined && fromAt(found.chunk, found.at) <= timeMs ? found : undefined;
  }

  /** The chunks of a key whose versions may have ended at `fromMs` or later, by time. */
  chunks(key: Buffer, fromMs: number): Buffer[] {
    const { oldestSegment, observed } = this.retention;
    const first = Math.max(oldestSegment, this.retention.segmentOf(fromMs));
    const segments = this.retention.segmentOf(observed.current) - first + 1;
    return Array.from({ length: Math.max(0, segments) }, (_, i) => this.rows.at(first + i, key).chunks()).flat();
  }

  /** Adds the version that was the latest one until `to`. */
  append(key: Buffer, version: EndedVersion): void {
    this.rows.at(this.retention.segmentOf(version.to), key).append(version);
  }

  /** Remembers that the key, which has no latest version, was deleted at a time: a version that ends then tells it. */
  appendDeletion(key: Buffer, timeMs: number): void {
    const found = this.rows.at(this.retention.segmentOf(timeMs), key).endingAfter(timeMs - 1);
    if (found === undefined) this.append(key, { from: timeMs, to: timeMs, value: null });
  }

  /**
   * Puts a version before others: it ends where the next one begins.
   * @param latestMs when the latest version begins; undefined if there is none
   * @returns where it ends; undefined, and nothing is put, if no version follows
   */
  insert(key: Buffer, from: number, value: Buffer | null, latestMs: number | undefined): number | undefined {
    const found = this.endingAfter(key, from, latestMs ?? this.retention.observed.current);
    if (found === undefined) {
      if (latestMs !== undefined) this.append(key, { from, to: latestMs, value });
      return latestMs;
    }
    const { chunk, at } = found;
    return fromAt(chunk, at) <= from ? this.split(key, found, from, value) : this.insertBefore(key, found, from, value);
  }

  private split(key: Buffer, found: FoundVersion, from: number, value: Buffer | null): number {
    const { chunk, at } = found;
    const next = nextVersion(chunk, at);
    const start = fromAt(chunk, at);
    const version = { from, to: toAt(chunk, at), value };
    const before = { from: start, to: from, value: valueAt(chunk, at) };
    const segment = this.retention.segmentOf(version.to);
    const stays = this.retention.segmentOf(from) === segment;
    this.rows.at(segment, key).replace(found, next, start < from && stays ? [before, version] : [version]);
    if (start < from && !stays) this.append(key, before);
    return version.to;
  }

  private insertBefore(key: Buffer, found: FoundVersion, from: number, value: Buffer | null): number {
    const { chunk, at } = found;
    const to = fromAt(chunk, at);
    const segment = this.retention.segmentOf(toAt(chunk, at));
    const version = { from, to, value };
    if (this.retention.segmentOf(to) !== segment) this.append(key, version);
    else {
      // A deletion of its own has a version that ends there now.
      const end = isDeletion(chunk, at) && toAt(chunk, at) === to ? nextVersion(chunk, at) : at;
      this.rows.at(segment, key).replace(found, end, [version]);
    }
    return to;
  }

  private endingAfter(key: Buffer, timeMs: number, latestMs: number): FoundVersion | undefined {
    const last = this.retention.segmentOf(latestMs);
    for (let segment = this.retention.segmentOf(timeMs); segment <= last; segment++) {
      const found = this.rows.at(segment, key).endingAfter(timeMs);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
