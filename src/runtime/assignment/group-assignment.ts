import type { MemberSubscription } from '../../broker/client/client.js';
import type { MemberTasks } from './placement.js';
import { encodeAssignment, type AssignmentData, type InstanceTasks, type SubscriptionData } from './user-data.js';

/**
 * What all members' subscriptions and assignments may take together: the broker keeps them in one record, whose limit is
 * 1,048,588 bytes (message.max.bytes) unless it is told otherwise; topics and partitions stand in it too.
 */
const GROUP_BYTES = 800_000;
/** In a group beyond that, so many others a member knows the writers of. */
const NEIGHBOURS = 8;
/** Writers that are gone and may have to be fenced; more of them are told of when these are forgotten. */
const GONE_WRITERS = 100;

/** What the members of a group are told: all of all, or of a group too large for that each its own part. */
export class GroupAssignment {
  readonly #instances: ReadonlyMap<string, InstanceTasks>;
  readonly #partitions: Readonly<Record<string, number>>;
  readonly #writers: readonly string[];
  readonly #goneWriters: readonly string[];
  /** Undefined: it does not fit. */
  readonly #forAll: Buffer | undefined;

  constructor(
    members: readonly MemberSubscription[],
    private readonly told: ReadonlyMap<string, SubscriptionData>,
    placed: ReadonlyMap<string, MemberTasks>,
    counts: ReadonlyMap<string, number>,
  ) {
    const data = [...told.values()];
    this.#partitions = Object.fromEntries(counts);
    this.#writers = data.flatMap(({ writer }) => writer ?? []).sort();
    const present = new Set(this.#writers);
    const seen = new Set(data.flatMap(({ knownWriters }) => knownWriters));
    this.#goneWriters = [...seen].filter((writer) => !present.has(writer)).slice(0, GONE_WRITERS);
    const none: MemberTasks = { active: [], standby: [], warmup: [] };
    this.#instances = new Map(
      [...told].map(([memberId, { instanceId, endpoint, httpEndpoint }]) => [
        instanceId,
        { endpoint, httpEndpoint, ...(placed.get(memberId) ?? none) },
      ]),
    );
    const all = encodeAssignment(this.#dataOf(Object.fromEntries(this.#instances), this.#writers));
    const toldBytes = members.reduce((sum, { userData }) => sum + userData.length, 0);
    this.#forAll = toldBytes + all.length * members.length <= GROUP_BYTES ? all : undefined;
  }

  userDataFor(memberId: string): Buffer {
    const { instanceId = '', writer = '' } = this.told.get(memberId) ?? {};
    if (this.#forAll) return this.#forAll;
    const own = this.#instances.get(instanceId);
    const data = this.#dataOf(own ? { [instanceId]: own } : {}, this.#neighboursOf(writer));
    return encodeAssignment({ ...data, goneWriters: this.#goneWriters.slice(0, NEIGHBOURS) });
  }

  #dataOf(instances: Readonly<Record<string, InstanceTasks>>, writers: readonly string[]): AssignmentData {
    return { partitions: this.#partitions, writers, goneWriters: this.#goneWriters, instances };
  }

  /** Each remembers the next ones in the ring of all, so that every writer is known to some. */
  #neighboursOf(writer: string): readonly string[] {
    const at = this.#writers.indexOf(writer);
    return [...this.#writers, ...this.#writers].slice(at + 1, at + 1 + NEIGHBOURS);
  }
}
