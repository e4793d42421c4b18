import { partitionForKey } from '../../runtime/assignment/key-partition.js';
import type { ClusterMember } from '../../runtime/cluster-view.js';
import type { StoreDefinition } from '../../state/store.js';
import type { Clock } from '../../util/time.js';
import type { Call } from '../call.js';
import { keyFromJson } from '../json-value.js';
import { storeUnavailableError } from '../query-errors.js';
import type { Queries } from '../query-methods.js';
import type { FoundStore } from '../store-catalog.js';
import type { ClusterApplication, ClusterMembers } from './cluster-application.js';
import { bounded, isUnavailable, patiently, type BoundedCall } from './patience.js';

/** Asks one instance, for the tasks that `call.hop` names. */
export type Ask<A> = (queries: Queries, call: Call) => Promise<A>;

/**
 * One query of a store whose tasks are on several instances. Each part of it names the tasks that it is of, so that no task is
 * left out and none counts twice, wherever they are just then.
 */
export class StoreCall {
  /** The end that the caller gave the query; undefined: none, so that a stream may last. */
  readonly deadlineMs: number | undefined;
  readonly #call: BoundedCall;
  readonly #application: ClusterApplication;
  readonly #definition: StoreDefinition;

  constructor(
    { application, definition }: FoundStore<StoreDefinition, ClusterApplication>,
    private readonly members: ClusterMembers,
    readonly clock: Clock,
    call: Call | undefined,
  ) {
    this.#application = application;
    this.#definition = definition;
    this.#call = bounded(call, clock);
    this.deadlineMs = call?.deadlineMs;
  }

  /** Every task of the store, in the order of partitions, once it is known. @throws MillraceError `NOT_ACTIVE` */
  tasks(): Promise<readonly string[]> | readonly string[] {
    const tasks = this.#application.layout()?.tasksOf(this.#definition.name) ?? [];
    return tasks.length > 0 ? tasks : patiently(this.#call, this.clock, () => this.#knownTasks());
  }

  /**
   * The tasks in the order in which they are asked for a key, in stages: the one that Kafka's partitioner gives it, and the
   * others, since other producers may partition otherwise. One stage where it is all the same.
   */
  stagesFor(tasks: readonly string[], key: unknown): readonly (readonly string[])[] {
    if (this.runFrom(tasks, 0).length === tasks.length) return [tasks];
    const likely = tasks[this.#partitionOf(key, tasks.length) ?? -1];
    return likely === undefined ? [tasks] : [[likely], tasks.filter((task) => task !== likely)];
  }

  /** The task at an index and those behind it that the same instance is to run. */
  runFrom(tasks: readonly string[], index: number): readonly string[] {
    const owner = this.#ownerOf(tasks[index]);
    let end = index + 1;
    while (owner !== undefined && end < tasks.length && this.#ownerOf(tasks[end]) === owner) end++;
    return tasks.slice(index, end);
  }

  /** Answers that together are of all the tasks: their owners are asked at once, and what they do not answer is asked again. */
  async ask<A>(tasks: readonly string[], ask: Ask<A>): Promise<readonly A[]> {
    const byOwner = new Map<ClusterMember | undefined, string[]>();
    for (const task of tasks) {
      const owner = this.#ownerOf(task);
      byOwner.set(owner, [...(byOwner.get(owner) ?? []), task]);
    }
    const answers = await Promise.all([...byOwner.values()].map((own) => this.#askForAll(own, ask)));
    return answers.flat();
  }

  /** Asks the instance that is to run the tasks, which is the same for all of them; no other one, and once. */
  async askOwner<A>(tasks: readonly string[], ask: Ask<A>): Promise<A> {
    return await this.#askMember(this.#ownerOf(tasks[0]), tasks, ask);
  }

  /** Asks for one task whoever may have it, until one answers. @param cause why its owner did not, which was asked just now */
  askHolders<A>(task: string, ask: Ask<A>, cause: unknown): Promise<A> {
    let askedOwner = true;
    return patiently(this.#call, this.clock, () => {
      const holders = this.#application.layout()?.holdersOf(task) ?? [];
      const toAsk = askedOwner ? holders.slice(1) : holders;
      askedOwner = false;
      return this.#askInTurn(task, toAsk, ask, cause);
    });
  }

  async #askForAll<A>(tasks: readonly string[], ask: Ask<A>): Promise<readonly A[]> {
    try {
      return [await this.askOwner(tasks, ask)];
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return Promise.all(tasks.map((task) => this.askHolders(task, ask, error)));
    }
  }

  async #askInTurn<A>(task: string, holders: readonly ClusterMember[], ask: Ask<A>, cause: unknown): Promise<A> {
    let failure = cause;
    for (const member of holders) {
      try {
        return await this.#askMember(member, [task], ask);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        if (error.code === 'TOO_STALE') failure = error;
      }
    }
    throw failure;
  }

  async #askMember<A>(member: ClusterMember | undefined, tasks: readonly string[], ask: Ask<A>): Promise<A> {
    const queries = member && this.members.queriesOf(member);
    if (!queries) throw this.#unknown(tasks[0] ?? '');
    const leftMs = this.#call.deadlineMs - this.clock.nowMs();
    // Half of the time at most: an instance that hangs leaves the rest to the others.
    const deadlineMs = this.#call.deadlineMs - leftMs / 2;
    return await ask(queries, { deadlineMs, signal: this.#call.signal, hop: { instanceId: member.instanceId, tasks } });
  }

  #ownerOf(task: string | undefined): ClusterMember | undefined {
    return task === undefined ? undefined : this.#application.layout()?.holdersOf(task)[0];
  }

  #knownTasks(): readonly string[] {
    const { name } = this.#definition;
    const tasks = this.#application.layout()?.tasksOf(name) ?? [];
    if (tasks.length > 0) return tasks;
    throw storeUnavailableError('NOT_ACTIVE', name, `no task with store "${name}" is assigned yet`);
  }

  /** Undefined where the key cannot be written here: whoever holds the store says what is wrong with it. */
  #partitionOf(json: unknown, partitions: number): number | undefined {
    const { keySerde } = this.#definition;
    try {
      return partitionForKey(keySerde.serialize(keyFromJson(keySerde, json)), partitions);
    } catch {
      return undefined;
    }
  }

  #unknown(task: string): Error {
    const { name } = this.#definition;
    return storeUnavailableError('NOT_ACTIVE', name, `nobody answers for task ${task} with store "${name}"`);
  }
}
