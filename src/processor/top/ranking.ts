import { EMPTY_BYTES } from '../../util/bytes.js';
import type { KeyValueStore } from '../../state/store.js';
import { compareMembers, placeOf, separatorOf, type Member } from './member.js';
import type { RankingKey } from './ranking-key.js';

/** Members of a chunk; a longer one is cut in two, and two that fit into one half become one. */
const MAX_CHUNK = 64;

/** Comes before every member. */
const LEAST: Member = { score: Infinity, bytes: EMPTY_BYTES };

/** One of a group's chunks. */
interface Chunk {
  /** Not after the chunk's first member, and not before the last one of the chunk before; of the first chunk the least. */
  readonly from: Member;
  readonly part: number;
}

/**
 * All members of each group in their order, with a few point reads per change however large the group: chunks of members, and
 * one row with the list of chunks (part 0). Equal members are kept as often as they were added.
 */
export class Ranking<K> {
  readonly #store: KeyValueStore<RankingKey<K>, readonly Member[]>;

  constructor(store: KeyValueStore<RankingKey<K>, readonly Member[]>) {
    this.#store = store;
  }

  add(group: K, member: Member): void {
    const chunks = this.#chunks(group);
    if (chunks.length === 0) {
      this.#store.put({ group, part: 1 }, [member]);
      this.#putChunks(group, [{ from: LEAST, part: 1 }]);
      return;
    }
    const index = chunkOf(chunks, member);
    const members = [...this.#members(group, chunks[index])];
    members.splice(placeOf(members, member), 0, member);
    if (members.length > MAX_CHUNK) this.#split(group, chunks, index, members);
    else this.#put(group, chunks[index], members);
  }

  /** Takes out one member that is equal to this one, if there is any. */
  remove(group: K, member: Member): void {
    const chunks = this.#chunks(group);
    // Equal members may have been cut apart: those before the cut lie in the chunk before.
    for (let index = chunkOf(chunks, member); index >= 0; index--) {
      const members = [...this.#members(group, chunks[index])];
      const place = placeOf(members, member);
      const found = members[place];
      if (found !== undefined && compareMembers(found, member) === 0) {
        members.splice(place, 1);
        this.#shrunk(group, chunks, index, members);
        return;
      }
      if (place > 0) return; // smaller ones begin here
    }
  }

  /** The first `count` members. */
  top(group: K, count: number): Member[] {
    const top: Member[] = [];
    for (const chunk of this.#chunks(group)) {
      if (top.length >= count) break;
      top.push(...this.#members(group, chunk));
    }
    return top.slice(0, count);
  }

  #split(group: K, chunks: Chunk[], index: number, members: readonly Member[]): void {
    const half = members.length >>> 1;
    const [left, right] = [members.slice(0, half), members.slice(half)];
    const [last, first] = [left[half - 1], right[0]] as [Member, Member]; // both halves have members
    const added = { from: separatorOf(last, first), part: Math.max(...chunks.map(({ part }) => part)) + 1 };
    this.#put(group, chunks[index], left);
    this.#put(group, added, right);
    chunks.splice(index + 1, 0, added);
    this.#putChunks(group, chunks);
  }

  #shrunk(group: K, chunks: Chunk[], index: number, members: readonly Member[]): void {
    const before = index > 0 && members.length > 0 && members.length < MAX_CHUNK / 4 ? chunks[index - 1] : undefined;
    const joined = before === undefined ? [] : [...this.#members(group, before), ...members];
    const joins = joined.length > 0 && joined.length <= MAX_CHUNK / 2;
    if (members.length > 0 && !joins) {
      this.#put(group, chunks[index], members);
      return;
    }
    if (joins) this.#put(group, before, joined);
    this.#put(group, chunks[index], []);
    chunks.splice(index, 1);
    this.#putChunks(group, chunks);
  }

  #members(group: K, chunk: Chunk | undefined): readonly Member[] {
    return chunk === undefined ? [] : (this.#store.get({ group, part: chunk.part }) ?? []);
  }

  #put(group: K, chunk: Chunk | undefined, members: readonly Member[]): void {
    if (chunk !== undefined) this.#store.put({ group, part: chunk.part }, members.length === 0 ? null : members);
  }

  /** In the list of chunks, the number of a chunk stands before the bytes of its `from`. */
  #chunks(group: K): Chunk[] {
    const list = this.#store.get({ group, part: 0 }) ?? [];
    return list.map(({ score, bytes }) => ({
      from: { score, bytes: bytes.subarray(4) },
      part: bytes.readUInt32BE(0),
    }));
  }

  #putChunks(group: K, chunks: readonly Chunk[]): void {
    const list = chunks.map(({ from, part }, index) => {
      const { score, bytes } = index === 0 ? LEAST : from;
      const number = Buffer.allocUnsafe(4);
      number.writeUInt32BE(part, 0);
      return { score, bytes: Buffer.concat([number, bytes]) };
    });
    this.#store.put({ group, part: 0 }, list.length === 0 ? null : list);
  }
}

/** The index of the chunk that a member belongs to: the last one that does not begin after it, else the first. */
function chunkOf(chunks: readonly Chunk[], member: Member): number {
  let index = placeOf(
    chunks.map(({ from }) => from),
    member,
  );
  while (index < chunks.length && compareMembers((chunks[index] as Chunk).from, member) <= 0) index++; // within bounds
  return chunks.length === 0 ? -1 : Math.max(0, index - 1);
}
