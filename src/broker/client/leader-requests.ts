import { partitionKey } from './client.js';
import type { ClientContext } from './client-context.js';
import type { ClusterView } from './cluster-view.js';
import { reactionTo, responseError } from './error-codes.js';
import { BrokerUnavailableError } from './errors.js';
import type { ApiName, TopicPartition } from './protocol.js';
import { retry } from './retry.js';

/** One partition of an answer. */
interface PartitionAnswer extends TopicPartition {
  readonly errorCode: number;
}

/**
 * Asks each partition's leader, all leaders at once, and again those partitions whose leader moved or did not answer,
 * until every one is answered.
 * @param what names the request in errors, e.g. `Listing offsets`
 * @param api the request
 * @throws BrokerResponseError for a partition that is refused, BrokerUnavailableError after 60 s without an answer
 */
export async function askLeaders<Q extends TopicPartition, A extends PartitionAnswer>(
  context: ClientContext,
  view: ClusterView,
  what: string,
  api: ApiName,
  partitions: readonly Q[],
  ask: (node: number, partitions: readonly Q[]) => Promise<readonly A[]>,
): Promise<A[]> {
  const left = new Map(partitions.map((partition) => [partitionKey(partition), partition]));
  const answers: A[] = [];
  const accept = (answer: A): void => {
    if (answer.errorCode === 0) {
      answers.push(answer);
      left.delete(partitionKey(answer));
      return;
    }
    if (reactionTo(answer.errorCode) === 'moved') view.forgetTopic(answer.topic);
    const { topic, partition } = answer;
    throw responseError(answer.errorCode, `${what} of partition ${partition} of topic "${topic}"`, {
      context: { topic, partition },
      access: { api, topic },
    });
  };
  await retry(context, async () => {
    const byNode = await groupByLeader(view, what, [...left.values()]);
    const outcomes = await Promise.allSettled(
      [...byNode].map(async ([node, asked]) => {
        try {
          acceptAll(await ask(node, asked), accept);
        } catch (error) {
          if (error instanceof BrokerUnavailableError) for (const { topic } of asked) view.forgetTopic(topic);
          throw error;
        }
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  });
  return answers;
}

/** Takes every answer, then throws the first error. */
function acceptAll<A>(answers: readonly A[], accept: (answer: A) => void): void {
  const errors: unknown[] = [];
  for (const answer of answers) {
    try {
      accept(answer);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

async function groupByLeader<Q extends TopicPartition>(
  view: ClusterView,
  what: string,
  partitions: readonly Q[],
): Promise<Map<number, Q[]>> {
  const leaderless = partitions.filter((partition) => view.leader(partition) === undefined);
  if (leaderless.length > 0) await view.refresh(new Set(leaderless.map(({ topic }) => topic)));
  const byNode = new Map<number, Q[]>();
  for (const asked of partitions) {
    const leader = view.leader(asked);
    if (leader === undefined) {
      const { topic, partition } = asked;
      throw new BrokerUnavailableError(`${what}: partition ${partition} of topic "${topic}" has no leader`, {
        hint: `Check that topic "${topic}" exists and that its brokers are up.`,
        context: { topic, partition },
      });
    }
    byNode.set(leader.nodeId, [...(byNode.get(leader.nodeId) ?? []), asked]);
  }
  return byNode;
}
