import type { ApplicationSettings } from './application-settings.js';
import type { SubscriptionData } from './assignment/user-data.js';
import { transactionalId } from './commit/fencing.js';
import type { HeldState } from './held-state.js';
import type { GroupView } from './rebalance.js';
import type { StandbyTasks } from './standby-tasks.js';
import type { TaskRegistry } from './task-registry.js';

/** What an instance has, as it tells the leader. */
type Held = { readonly registry: TaskRegistry; readonly standbys: StandbyTasks; readonly held: HeldState };

/** What an instance tells the leader at a join. */
export function subscriptionData(
  settings: Pick<ApplicationSettings, 'applicationId' | 'instanceId' | 'endpoints' | 'transactional' | 'clientTags'>,
  held: Held,
  { view, shutdown }: { readonly view: GroupView; readonly shutdown: string | undefined },
): SubscriptionData {
  const { applicationId, instanceId, transactional, clientTags, endpoints } = settings;
  const { grpc: endpoint, http: httpEndpoint } = endpoints?.() ?? {};
  return {
    instanceId,
    endpoint,
    httpEndpoint,
    ...(transactional ? { writer: transactionalId(applicationId, instanceId) } : {}),
    ...(shutdown === undefined ? {} : { shutdown }),
    tags: clientTags,
    positions: positionsOf(held),
    following: held.standbys.all.map(({ id }) => id),
    knownWriters: [...view.writers, ...view.goneWriters].slice(0, 100),
  };
}

/** How far the state of each task is that the instance holds: run, followed, or left in its folder. */
function positionsOf({ registry, standbys, held }: Held): Readonly<Record<string, number>> {
  const open = [...registry.all, ...standbys.all].filter(({ changelogs }) => changelogs.length > 0);
  const positions = open.map(({ id, changelogs }): [string, number] => [
    id,
    changelogs.reduce((sum, { offset }) => sum + offset, 0),
  ]);
  return Object.fromEntries([...held.positions, ...positions]);
}
