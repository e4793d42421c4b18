import { SchemaMismatchError } from '../../serde/schema-mismatch-error.js';
import type { Serde } from '../../serde/serde.js';
import { SerdeError } from '../../serde/serde-error.js';

/** A value with its score, as bytes. */
export interface Member {
  readonly score: number;
  readonly bytes: Buffer;
}

/** The order of members: the highest score first, equal ones by their bytes. */
export function compareMembers(left: Member, right: Member): number {
  if (left.score !== right.score) return left.score > right.score ? -1 : 1;
  return Buffer.compare(left.bytes, right.bytes);
}

/** The index of the first member that does not come before this one. */
export function placeOf(members: readonly Member[], member: Member): number {
  let low = 0;
  for (let high = members.length; low < high;) {
    const middle = (low + high) >>> 1;
    const other = members[middle];
    if (other !== undefined && compareMembers(other, member) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The least that comes after `left` and not after `right`: with it a chunk need not repeat its first member. */
export function separatorOf(left: Member, right: Member): Member {
  if (left.score !== right.score) return { score: right.score, bytes: right.bytes.subarray(0, 0) };
  let shared = 0;
  while (shared < left.bytes.length && left.bytes[shared] === right.bytes[shared]) shared++;
  return { score: right.score, bytes: right.bytes.subarray(0, shared + 1) };
}

/*
 * Members, one after the other, numbers big-endian:
 *
 *     | score, 8 (IEEE 754) | length, 4 | bytes |
 */
const FIXED = 12;

/** The serde of members in order. */
export const memberList: Serde<readonly Member[]> = Object.freeze({
  name: 'members',
  serialize(members: readonly Member[]) {
    const bytes = Buffer.allocUnsafe(members.reduce((sum, member) => sum + FIXED + member.bytes.length, 0));
    let at = 0;
    for (const member of members) {
      bytes.writeDoubleBE(member.score, at);
      bytes.writeUInt32BE(member.bytes.length, at + 8);
      at += FIXED + member.bytes.copy(bytes, at + FIXED);
    }
    return bytes;
  },
  deserialize(bytes: Buffer, start: number, end: number) {
    const members: Member[] = [];
    for (let at = start; at < end;) {
      const next = at + FIXED <= end ? at + FIXED + bytes.readUInt32BE(at + 8) : Infinity;
      if (next > end) throw SerdeError.ofBytes('members', bytes, at, end, 'it is too short');
      members.push({ score: bytes.readDoubleBE(at), bytes: Buffer.from(bytes.subarray(at + FIXED, next)) });
      at = next;
    }
    return members;
  },
});

/**
 * Lists of members whose bytes are values of this serde. Members of equal scores stand in the order of these bytes, so what
 * another schema wrote is not read.
 */
export function membersOf<V>(value: Serde<V>): Serde<readonly Member[]> {
  const { schema } = value;
  if (schema === undefined) return memberList;
  return Object.freeze({
    ...memberList,
    schema: {
      get text() {
        return schema.text;
      },
      get fingerprint() {
        return schema.fingerprint;
      },
      behind: (header: Buffer) => ({
        serialize: (members: readonly Member[]) => Buffer.concat([header, memberList.serialize(members)]),
      }),
      readerOf: rankedByOthers,
      written: rankedByOthers,
    },
  });
}

function rankedByOthers(): never {
  const was = 'ranked by the bytes of an earlier schema';
  throw new SchemaMismatchError('members', { path: '', was, is: 'ranked by those of another' });
}
