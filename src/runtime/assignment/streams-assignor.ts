import type { Assignor, MemberAssignment, MemberSubscription } from '../../broker/client/client.js';
import { MillraceError } from '../../util/errors.js';
import { placeTasks, type PlacementMember } from './placement.js';
import type { PlannedTask, TaskPlan } from './task-plan.js';
import {
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  type AssignmentData,
  type SubscriptionData,
} from './user-data.js';

export interface StreamsAssignorOptions {
  readonly plan: TaskPlan;
  /** Topics on the broker, as last seen: patterns are matched against them. */
  readonly knownTopics: () => Iterable<string>;
  /** What this member tells the leader, at each join. */
  readonly subscriptionData: () => SubscriptionData;
  /** Creates and checks topics; gives the partitions of every input topic. */
  readonly prepareTopics: () => Promise<ReadonlyMap<string, number>>;
}

/**
 * Who runs what, decided by the group's leader. Members learn their tasks from their partitions: a task runs where all of
 * its inputs are. What cannot be assigned is told to every member in a sentence.
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
    let counts: ReadonlyMap<string, number>;
    try {
      counts = await this.options.prepareTopics();
    } catch (error) {
      return refuse(members, error);
    }
    const tasks = this.options.plan.tasks(counts);
    const byId = new Map(tasks.map((task) => [task.id, task]));
    const told = new Map(members.map((member) => [member.memberId, decodeSubscription(member.userData)]));
    const placed = placeTasks(
      [...byId.keys()],
      members.map((member) => placementMember(member, told.get(member.memberId), tasks)),
    );
    const userData = encodeAssignment(dataForAll(counts, told, placed));
    return new Map(
      members.map(({ memberId }) => {
        const partitions = (placed.get(memberId) ?? []).flatMap((id) => byId.get(id)?.inputs ?? []);
        return [memberId, { partitions, userData }];
      }),
    );
  }
}

function placementMember(
  member: MemberSubscription,
  told: SubscriptionData | undefined,
  tasks: readonly PlannedTask[],
): PlacementMember {
  const owned = new Set(member.ownedPartitions.map(({ topic, partition }) => `${topic}-${partition}`));
  const running = tasks.filter((task) => task.inputs.some((input) => owned.has(`${input.topic}-${input.partition}`)));
  return {
    id: member.memberId,
    running: new Set(running.map((task) => task.id)),
    state: new Map(Object.entries(told?.state ?? {})),
  };
}

function dataForAll(
  counts: ReadonlyMap<string, number>,
  told: ReadonlyMap<string, SubscriptionData>,
  placed: ReadonlyMap<string, readonly string[]>,
): AssignmentData {
  const members = [...told.values()];
  const writers = members.flatMap(({ writer }) => writer ?? []);
  const seen = new Set(members.flatMap(({ knownWriters }) => knownWriters));
  return {
    partitions: Object.fromEntries(counts),
    writers,
    goneWriters: [...seen].filter((writer) => !writers.includes(writer)),
    endpoints: Object.fromEntries(
      members.flatMap(({ instanceId, endpoint }) => (endpoint ? [[instanceId, endpoint]] : [])),
    ),
    tasks: Object.fromEntries([...told].map(([memberId, { instanceId }]) => [instanceId, placed.get(memberId) ?? []])),
  };
}

/** What is not of passing nature is told to every member. A broker that is away is tried again by joining again. */
function refuse(members: readonly MemberSubscription[], error: unknown): Map<string, MemberAssignment> {
  const known = error instanceof MillraceError && (error.kind === 'invalid' || error.code === 'MISSING_SOURCE_TOPIC');
  if (!known) throw error;
  const { code, message, hint } = error;
  const nothing: AssignmentData = { partitions: {}, writers: [], goneWriters: [], endpoints: {}, tasks: {} };
  const userData = encodeAssignment({ ...nothing, refusal: { code, message, hint } });
  return new Map(members.map(({ memberId }) => [memberId, { partitions: [], userData }]));
}
