import { sizeTopics, type TopicSizes } from '../../runtime/internal-topics.js';
import type { TaskPlan } from '../../runtime/assignment/task-plan.js';
import type { InternalTopic } from '../../topology/node.js';
import { MillraceError } from '../../util/errors.js';
import { cleanupPolicies } from '../cleanup-policies.js';
import { leftoverTopics } from '../leftover-topics.js';
import type { KnownSubTopology } from './known-build.js';
import type { ObservedApplication, ObservedTopic } from './observed-application.js';
import { row, type PlanRow } from './plan-row.js';

/** What becomes of the internal topics, and of committed offsets. */
export function planTopics(
  plan: TaskPlan,
  observed: ObservedApplication,
  known: readonly KnownSubTopology[],
): readonly PlanRow[] {
  const existing = new Map(Object.entries(observed.topics));
  const internal = plan.topology.internalTopics(plan.applicationId);
  const orphans = leftoverTopics(plan.applicationId, existing.keys(), new Set(internal.map(({ name }) => name)));
  const sizes = sizesOf(plan, existing);
  if ('refused' in sizes) return [sizes.refused, ...orphans.map(orphaned)];
  const hasRun = observed.committed.length > 0 || internal.some(({ name }) => existing.has(name));
  const stores = new Set(known.flatMap((sub) => sub.stores.map(({ name }) => name)));
  return [
    ...sizes.internalTopics.map(({ topic, partitions }) => {
      const found = existing.get(topic.name);
      if (found) return planFound(topic, partitions, found);
      return planMissing(topic, { hasRun, orphans, knownStore: stores.has(storeOf(plan.applicationId, topic)) });
    }),
    ...orphans.map(orphaned),
    ...planOffsets(plan, observed),
  ];
}

function orphaned(topic: string): PlanRow {
  return row('topic', topic, 'orphaned', 'this build does not read it; `millrace reset --orphans` deletes it');
}

function sizesOf(
  plan: TaskPlan,
  existing: ReadonlyMap<string, ObservedTopic>,
): TopicSizes | { readonly refused: PlanRow } {
  try {
    return sizeTopics(plan, existing);
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return { refused: row('topic', plan.allSourceTopics(existing.keys()).join(' '), 'refused', error.message) };
  }
}

/** An internal topic that is there: is it as this build would make it? */
function planFound(topic: InternalTopic, partitions: number, found: ObservedTopic): PlanRow {
  const problem =
    found.partitions === partitions
      ? configProblem(topic, found.configs)
      : `it has ${found.partitions} partitions, but its inputs ask for ${partitions}`;
  return row('topic', topic.name, problem === undefined ? 'kept' : 'refused', problem);
}

/** Why a topic's configs do not fit; undefined: they do. */
function configProblem({ configs }: InternalTopic, found: ObservedTopic['configs']): string | undefined {
  const needed = configs['cleanup.policy'] ?? '';
  const policy = found['cleanup.policy'] ?? '';
  if (cleanupPolicies(needed).join() !== cleanupPolicies(policy).join()) {
    return `cleanup.policy is "${policy}", this build needs "${needed}": was its store of another kind?`;
  }
  for (const name of ['retention.ms', 'min.compaction.lag.ms']) {
    const [wanted, given] = [configs[name], found[name]];
    if (wanted === undefined || given === undefined || given === null || !isLess(given, wanted)) continue;
    return `${name} is ${given}, this build needs ${wanted}: its store keeps more now; raise it`;
  }
  return undefined;
}

/** Whether one bound keeps less than another; -1 keeps everything. */
function isLess(given: string, wanted: string): boolean {
  if (given === '-1') return false;
  return wanted === '-1' || BigInt(given) < BigInt(wanted);
}

/** What is known of a topic that is not there. */
interface MissingTopic {
  readonly hasRun: boolean;
  readonly orphans: readonly string[];
  /** An earlier build has had its store. */
  readonly knownStore: boolean;
}

function planMissing({ name, type }: InternalTopic, { hasRun, orphans, knownStore }: MissingTopic): PlanRow {
  if (type !== 'changelog' || !hasRun) return row('topic', name, 'created');
  const shifted = orphans.find((orphan) => withoutNumber(orphan) === withoutNumber(name));
  if (shifted !== undefined && withoutNumber(name) !== name) {
    return row('topic', name, 'rebuilt', `from nothing: its number has shifted, was it "${shifted}"? Name the store`);
  }
  if (knownStore) return row('topic', name, 'rebuilt', 'from nothing: the changelog is gone');
  return row('topic', name, 'created', 'its store starts empty, without what was read before; `millrace reset` reads it again'); // prettier-ignore
}

function withoutNumber(name: string): string {
  return name.replace(/-\d{10}(?=-|$)/, '-#');
}

function storeOf(applicationId: string, { name }: InternalTopic): string {
  return name.slice(applicationId.length + 1).replace(/-changelog$/, '');
}

function planOffsets(plan: TaskPlan, { committed, topics }: ObservedApplication): readonly PlanRow[] {
  const read = plan.allSourceTopics(Object.keys(topics));
  const unread = committed.filter((topic) => !read.includes(topic) && topic in topics);
  const added =
    committed.length === 0 ? [] : read.filter((topic) => !committed.includes(topic) && !plan.isInternal(topic));
  return [
    ...unread.map((topic) => row('offsets', topic, 'orphaned', 'committed, and not read by this build')),
    ...added.map((topic) => row('offsets', topic, 'created', 'read from where its offsetReset says')),
  ];
}
