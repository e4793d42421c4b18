import type { Assignor, MemberAssignment, MemberSubscription } from '../../broker/client/client.js';
import { invalid, MillraceError } from '../../util/errors.js';
import { GroupAssignment } from './group-assignment.js';
import type { PlacementMember, PlacementOptions, PlacementTask } from './placement-input.js';
import { placeTasks } from './placement.js';
import type { PlannedTask, TaskPlan } from './task-plan.js';
import {
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  NO_ASSIGNMENT,
  type SubscriptionData,
} from './user-data.js';

export interface StreamsAssignorOptions {
  readonly plan: TaskPlan;
  /** The tags to spread standbys by; left out: all that the members have. */
  readonly placement: Omit<PlacementOptions, 'spreadTags'> & { readonly spreadTags?: readonly string[] };
  /** Topics on the broker, as last seen: patterns are matched against them. */
  readonly knownTopics: () => Iterable<string>;
  /** What this member tells the leader, at each join. */
  readonly subscriptionData: () => SubscriptionData;
  /** Creates and checks topics; gives the partitions of every input topic. */
  readonly prepareTopics: () => Promise<ReadonlyMap<string, number>>;
}

/**
 * Who runs what, decided by the group's leader. Members learn their tasks from their partitions: a task runs where all of
 * its inputs are; what they follow is told in the user data. What cannot be assigned is told to every member in a sentence.
 */
export class StreamsAssignor implements Assignor {
  readonly name = 'stream';

  constructor(private readonly options: StreamsAssignorOptions) {}

  subscription(): { readonly topics: readonly string[]; readonly userData: Buffer } {
    return {
      topics: this.options.plan.allSourceTopics(this.options.knownTopics()),
      userData: encodeSubscription(this.options.subscriptionData()),
    };
  }

  async assign(members: readonly MemberSubscription[]): Promise<Map<string, MemberAssignment>> {
    const told = new Map(members.map((member) => [member.memberId, decodeSubscription(member.userData)]));
    const leaving = [...told.values()].find(({ shutdown }) => shutdown !== undefined);
    if (leaving) return refuse(members, applicationShutdown(leaving));
    let counts: ReadonlyMap<string, number>;
    try {
      counts = await this.options.prepareTopics();
    } catch (error) {
      return refuse(members, error);
    }
    const { plan, placement } = this.options;
    const tasks = new Map(plan.tasks(counts).map((task) => [task.id, task]));
    const tags = [...told.values()].flatMap((data) => Object.keys(data.tags));
    const placed = placeTasks(
      [...tasks.values()].map((task) => placementTask(task, plan)),
      placementMembers(members, told, tasks.values()),
      { ...placement, spreadTags: placement.spreadTags ?? [...new Set(tags)] },
    );
    const group = new GroupAssignment(members, told, placed, counts);
    return new Map(
      members.map(({ memberId }) => {
        const partitions = (placed.get(memberId)?.active ?? []).flatMap((id) => tasks.get(id)?.inputs ?? []);
        return [memberId, { partitions, userData: group.userDataFor(memberId) }];
      }),
    );
  }
}

function placementTask({ id, subTopology }: PlannedTask, plan: TaskPlan): PlacementTask {
  const logged = subTopology.stores.filter(({ name }) => plan.changelogOf(subTopology, name) !== undefined);
  return { id, stateful: logged.length > 0, standby: logged.some(({ standby }) => standby !== false) };
}

function placementMembers(
  members: readonly MemberSubscription[],
  told: ReadonlyMap<string, SubscriptionData>,
  tasks: Iterable<PlannedTask>,
): readonly PlacementMember[] {
  const readers = new Map<string, string>(); // which task reads a partition
  for (const { id, inputs } of tasks)
    for (const { topic, partition } of inputs) readers.set(`${topic}-${partition}`, id);
  return members.map(({ memberId, ownedPartitions }) => {
    const data = told.get(memberId);
    const running = ownedPartitions.flatMap(({ topic, partition }) => readers.get(`${topic}-${partition}`) ?? []);
    return {
      id: memberId,
      running: new Set(running),
      following: new Set(data?.following),
      positions: new Map(Object.entries(data?.positions ?? {})),
      tags: data?.tags ?? {},
    };
  });
}

function applicationShutdown({ instanceId, shutdown = '' }: SubscriptionData): MillraceError {
  return invalid('APPLICATION_SHUTDOWN', `instance "${instanceId}" asked every instance to stop: ${shutdown}`, {
    hint: 'Mend what that instance names, then start all of them again.',
  });
}

/** What is not of passing nature is told to every member. A broker that is away is tried again by joining again. */
function refuse(members: readonly MemberSubscription[], error: unknown): Map<string, MemberAssignment> {
  const known = error instanceof MillraceError && (error.kind === 'invalid' || error.code === 'MISSING_SOURCE_TOPIC');
  if (!known) throw error;
  const { code, message, hint } = error;
  const userData = encodeAssignment({ ...NO_ASSIGNMENT, refusal: { code, message, hint } });
  return new Map(members.map(({ memberId }) => [memberId, { partitions: [], userData }]));
}
