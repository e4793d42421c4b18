import { EMPTY_BYTES, readInt64 } from '../../util/bytes.js';
import type { Row } from '../base.js';
import type { Table } from '../table.js';
import { fromAt, nextVersion, toAt, valueAt } from './version-chunk.js';
import { endedRow, LATEST_ROWS } from './version-rows.js';

/** A version of a key, as bytes. */
export interface ScannedVersion {
  readonly key: Buffer;
  /** Null: the key was deleted then. */
  readonly value: Buffer | null;
  readonly fromMs: number;
  /** When it ceased to be valid; undefined: it is the latest. */
  readonly toMs: number | undefined;
}

const TIMESTAMP_BYTES = 8;

/** The committed versions of all keys. Those of one key come by time; ended ones before all latest ones. */
export async function* scanVersions(table: Table): AsyncGenerator<ScannedVersion, void> {
  const snapshot = table.base.snapshot();
  const cursor = snapshot.scan({ prefix: EMPTY_BYTES, reverse: false });
  try {
    let ofKey: Row[] = [];
    for (let rows = await cursor.next(); rows.length > 0; rows = await cursor.next()) {
      for (const row of rows) {
        const [first] = ofKey;
        if (first !== undefined && !sameKey(first, row)) {
          yield* versionsOf(ofKey);
          ofKey = [];
        }
        ofKey.push(row);
      }
    }
    yield* versionsOf(ofKey);
  } finally {
    await cursor.close();
    await snapshot.close();
  }
}

function sameKey(a: Row, b: Row): boolean {
  const [left, right] = [endedRow(a.key), endedRow(b.key)];
  return left !== undefined && right !== undefined && left.segment === right.segment && left.key.equals(right.key);
}

/** What rows of one key tell, of one segment or of its latest version. */
function versionsOf(rows: readonly Row[]): readonly ScannedVersion[] {
  return rows
    .flatMap(({ key, value }) => {
      if (key[0] === LATEST_ROWS) {
        const latest = { fromMs: readInt64(value, 0), toMs: undefined };
        return [{ key: key.subarray(1), value: value.subarray(TIMESTAMP_BYTES), ...latest }];
      }
      const row = endedRow(key);
      return row === undefined ? [] : chunkVersions(row.key, value);
    })
    .sort((a, b) => a.fromMs - b.fromMs); // chunks are numbered in the order in which they were begun
}

function chunkVersions(key: Buffer, chunk: Buffer): ScannedVersion[] {
  const versions: ScannedVersion[] = [];
  for (let at = 0; at < chunk.length; at = nextVersion(chunk, at)) {
    versions.push({ key, value: valueAt(chunk, at), fromMs: fromAt(chunk, at), toMs: toAt(chunk, at) });
  }
  return versions;
}
