import type { Admin, NewTopic, TopicDescription } from '../broker/client/client.js';
import type { Logger } from '../observability/log.js';
import { changelogTopic, type InternalTopic, type SubTopology } from '../topology/node.js';
import { internal, invalid, MillraceError } from '../util/errors.js';
import { taskCount, type TaskPlan } from './assignment/task-plan.js';

/** A source topic does not exist (yet): the application waits for it. */
export class MissingSourceTopicError extends MillraceError {
  constructor(readonly topics: readonly string[]) {
    super({
      code: 'MISSING_SOURCE_TOPIC',
      kind: 'unavailable',
      message: `source topic${topics.length > 1 ? 's' : ''} ${quoted(topics)} ${topics.length > 1 ? 'do' : 'does'} not exist`,
      hint: 'Create the topic, or mend its name in the topology.',
    });
  }
}

/**
 * Makes sure that every internal topic of an application exists with the right number of partitions. Run by the group's
 * leader while it assigns. Gives the partition counts of all topics that the topology reads.
 *
 * A repartition topic whose size the program leaves open gets as many partitions as the topics it is joined with or,
 * without such, as the widest input of the sub-topologies that write it. A changelog has a partition per task, and so has a
 * topic of ticks.
 *
 * @throws MissingSourceTopicError
 * @throws MillraceError `TOPICS_NOT_COPARTITIONED`, `INTERNAL_TOPIC_PARTITIONS`
 */
export async function ensureInternalTopics(
  plan: TaskPlan,
  admin: Admin,
  options: { readonly replicationFactor?: number; readonly log: Logger },
): Promise<Map<string, number>> {
  const existing = await admin.describeTopics();
  const unseen = plan.allSourceTopics(existing.keys()).filter((name) => !existing.has(name) && !plan.isInternal(name));
  // A broker lists what a client may see; asked for a topic by its name it says that this one may not be seen
  for (const [name, found] of await admin.describeTopics(unseen)) existing.set(name, found);
  const { counts, internalTopics } = sizeTopics(plan, existing);
  const missing: NewTopic[] = [];
  for (const { topic, partitions } of internalTopics) {
    const found = existing.get(topic.name);
    if (found) checkPartitions(topic, found.partitions, partitions);
    else missing.push({ name: topic.name, partitions, ...replication(options), configs: topic.configs });
  }
  if (missing.length > 0) {
    options.log.info(
      { topics: missing.map(({ name, partitions }) => ({ name, partitions })) },
      'creating internal topics',
    );
    await admin.createTopics(missing);
  }
  return counts;
}

/** How many partitions topics have, or are to have. */
export interface TopicSizes {
  /** By topic on the broker: all that the topology reads. */
  readonly counts: Map<string, number>;
  readonly internalTopics: readonly { readonly topic: InternalTopic; readonly partitions: number }[];
}

/**
 * Reckons how many partitions the internal topics of an application need.
 * @param existing topics on the broker
 * @throws MissingSourceTopicError
 * @throws MillraceError `TOPICS_NOT_COPARTITIONED`, `INTERNAL_TOPIC_PARTITIONS`
 */
export function sizeTopics(
  plan: TaskPlan,
  existing: ReadonlyMap<string, Pick<TopicDescription, 'partitions'>>,
): TopicSizes {
  const counts = sourceCounts(plan, existing);
  sizeRepartitionTopics(plan, counts);
  for (const sub of plan.topology.subTopologies) enforceCopartitioning(plan, sub, counts);
  sizeTickTopics(plan, counts);
  const topics = plan.topology.internalTopics(plan.applicationId);
  const internalTopics = topics.map((topic) => ({ topic, partitions: partitionsOf(topic, plan, counts) }));
  return { counts, internalTopics };
}

function replication(options: { readonly replicationFactor?: number }): { readonly replicationFactor?: number } {
  return options.replicationFactor === undefined ? {} : { replicationFactor: options.replicationFactor };
}

/** Counts of the topics that are not ours to make. */
function sourceCounts(plan: TaskPlan, existing: Parameters<typeof sizeTopics>[1]): Map<string, number> {
  const counts = new Map<string, number>();
  const missing: string[] = [];
  const ours = new Set([...plan.repartitionNames].map((name) => plan.resolve(name)));
  for (const topic of plan.allSourceTopics(existing.keys())) {
    const found = existing.get(topic);
    if (ours.has(topic)) continue;
    if (found) counts.set(topic, found.partitions);
    else missing.push(topic);
  }
  if (missing.length > 0) throw new MissingSourceTopicError(missing);
  return counts;
}

/** Gives every repartition topic its size: as many partitions as the widest input of those that write it. */
function sizeRepartitionTopics(plan: TaskPlan, counts: Map<string, number>): void {
  const open = new Set<string>();
  for (const topic of plan.topology.subTopologies.flatMap((sub) => sub.repartitionTopics)) {
    if (topic.ticks) continue;
    if (topic.partitions === undefined) open.add(plan.resolve(topic.name));
    else counts.set(plan.resolve(topic.name), topic.partitions);
  }
  while (open.size > 0) {
    // The two topics of a foreign-key join are each written from the other: what is known of their inputs has to do.
    const topic = firstSized(plan, open, counts, false) ?? firstSized(plan, open, counts, true);
    if (topic !== undefined) {
      open.delete(topic);
      continue;
    }
    throw invalid(
      'INTERNAL_TOPIC_PARTITIONS',
      `repartition topics ${quoted([...open])} get their size from each other`,
      {
        hint: 'Give one of them a number of partitions.',
      },
    );
  }
}

/** A topic of ticks has a partition per task of the sub-topology that reads it, and does not count itself. */
function sizeTickTopics(plan: TaskPlan, counts: Map<string, number>): void {
  for (const sub of plan.topology.subTopologies) {
    const tasks = taskCount(recordInputs(plan, sub, counts), counts);
    for (const { name, ticks } of sub.repartitionTopics) if (ticks) counts.set(plan.resolve(name), tasks);
  }
}

function recordInputs(plan: TaskPlan, sub: SubTopology, counts: ReadonlyMap<string, number>): readonly string[] {
  return plan.sourceTopics(sub, counts.keys()).filter((topic) => !plan.isTicks(topic));
}

/** Sizes the first topic whose size can be told; undefined if there is none. */
function firstSized(
  plan: TaskPlan,
  open: ReadonlySet<string>,
  counts: Map<string, number>,
  passOver: boolean,
): string | undefined {
  for (const topic of open) {
    const size = widestInputOfWriters(plan, topic, counts, passOver);
    if (size === undefined) continue;
    counts.set(topic, size);
    return topic;
  }
  return undefined;
}

/** Undefined while one of those inputs has no size yet; if such ones are passed over, while none has. */
function widestInputOfWriters(
  plan: TaskPlan,
  topic: string,
  counts: ReadonlyMap<string, number>,
  passOver: boolean,
): number | undefined {
  let widest: number | undefined;
  for (const sub of plan.topology.subTopologies) {
    const writes = sub.nodes.some(
      (node) => node.kind === 'sink' && typeof node.topic === 'string' && plan.resolve(node.topic) === topic,
    );
    if (!writes) continue;
    const inputs = recordInputs(plan, sub, counts);
    const known = inputs.filter((input) => counts.has(input));
    if (known.length < inputs.length && !passOver) return undefined;
    if (known.length > 0 || inputs.length === 0) widest = Math.max(widest ?? 0, taskCount(known, counts));
  }
  return widest;
}

/**
 * Topics that are joined must be cut alike. Those of a group that are not ours decide; repartition topics whose size the
 * program leaves open follow them or, alone, the widest of them.
 */
function enforceCopartitioning(plan: TaskPlan, sub: SubTopology, counts: Map<string, number>): void {
  for (const declared of sub.copartitionGroups) {
    const group = declared.map((topic) => plan.resolve(topic));
    const open = group.filter((topic) => openSizes(plan).has(topic));
    const fixed = group.filter((topic) => !open.includes(topic));
    const widest = taskCount(fixed.length > 0 ? fixed : open, counts);
    if (fixed.some((topic) => counts.get(topic) !== widest)) {
      const found = fixed.map((topic) => `"${topic}" has ${counts.get(topic) ?? 0}`).join(', ');
      throw invalid('TOPICS_NOT_COPARTITIONED', `topics that are joined need the same number of partitions: ${found}`, {
        hint: 'Create the topics with equal partitions, or put a repartition() before the join.',
      });
    }
    for (const topic of open) counts.set(topic, widest);
  }
}

/** Repartition topics whose size the program leaves open. */
function openSizes(plan: TaskPlan): ReadonlySet<string> {
  const topics = plan.topology.subTopologies.flatMap((sub) => sub.repartitionTopics);
  return new Set(topics.flatMap((topic) => (topic.partitions === undefined ? [plan.resolve(topic.name)] : [])));
}

/** A repartition topic has the size found above, a changelog one partition per task of its sub-topology. */
function partitionsOf(topic: InternalTopic, plan: TaskPlan, counts: ReadonlyMap<string, number>): number {
  const size = counts.get(topic.name);
  if (topic.type !== 'changelog' && size !== undefined) return size;
  const sub = plan.topology.subTopologies.find(({ stores }) =>
    stores.some((store) => changelogTopic(plan.applicationId, store.name) === topic.name),
  );
  if (!sub) throw internal('INTERNAL_TOPIC_UNKNOWN', `internal topic "${topic.name}" belongs to no sub-topology`);
  return taskCount(plan.sourceTopics(sub, counts.keys()), counts);
}

function checkPartitions(topic: InternalTopic, found: number, expected: number): void {
  if (found === expected) return;
  const remedy =
    topic.type === 'changelog'
      ? 'The state is cut by the old number: give the inputs back their partitions, or reset the application.'
      : 'Delete the topic while the application is stopped, or reset the application.';
  throw invalid(
    'INTERNAL_TOPIC_PARTITIONS',
    `${topic.type} topic "${topic.name}" has ${found} partitions, but its inputs now ask for ${expected}`,
    { detail: 'An input topic has got more partitions, or the program has changed.', hint: remedy },
  );
}

function quoted(topics: readonly string[]): string {
  return topics.map((topic) => `"${topic}"`).join(', ');
}
