import type { Admin, TopicDescription } from '../../broker/client/client.js';
import type { Logger } from '../../observability/log.js';
import { TaskPlan } from '../../runtime/assignment/task-plan.js';
import { ensureInternalTopics } from '../../runtime/internal-topics.js';
import type { StoreDefinition } from '../../state/store.js';
import type { BuiltTopology } from '../../topology/node.js';
import { internal, invalid } from '../../util/errors.js';

/** A store that can be seeded, and its changelog. */
export interface SeedTarget {
  readonly definition: StoreDefinition;
  /** Its name on the broker. */
  readonly changelog: string;
}

/**
 * Finds the store.
 * @throws MillraceError `STORE_NOT_FOUND`, `STORE_NOT_SEEDABLE` that says why
 */
export function seedTarget(applicationId: string, topology: BuiltTopology, store: string): SeedTarget {
  const plan = new TaskPlan(applicationId, topology);
  for (const sub of topology.subTopologies) {
    const definition = sub.stores.find(({ name }) => name === store);
    if (definition === undefined) continue;
    const source = sub.sourceChangelogs.get(store);
    if (source !== undefined) throw notSeedable(store, `its rows are those of topic "${source}": produce them there`);
    const changelog = plan.changelogOf(sub, store);
    if (changelog === undefined) throw notSeedable(store, 'it has no changelog');
    const problem = problemOf(definition);
    if (problem !== undefined) throw notSeedable(store, problem);
    return { definition, changelog };
  }
  const names = topology.subTopologies.flatMap(({ stores }) => stores.map(({ name }) => name));
  throw invalid('STORE_NOT_FOUND', `store "${store}" is not in application "${applicationId}"`, {
    hint: `Its stores: ${names.join(', ')}.`,
  });
}

/** Makes the internal topics, as the first start would, and gives the changelog. */
export async function ensureChangelog(
  applicationId: string,
  topology: BuiltTopology,
  { changelog }: SeedTarget,
  { admin, log }: { readonly admin: Admin; readonly log: Logger },
): Promise<TopicDescription> {
  await ensureInternalTopics(new TaskPlan(applicationId, topology), admin, { log });
  const description = (await admin.describeTopics([changelog])).get(changelog);
  if (description !== undefined) return description;
  throw internal('CHANGELOG_MISSING', `changelog topic "${changelog}" does not exist`);
}

function problemOf(definition: StoreDefinition): string | undefined {
  switch (definition.kind) {
    case 'changeBuffer':
    case 'recordBuffer':
      return 'it holds records that wait, with where they came from';
    case 'window':
      return definition.retainDuplicates ? 'it is the side of a join, of which the order of rows is a part' : undefined;
    case 'keyValue':
      return definition.prefixed === true || definition.laneAt !== undefined
        ? 'it is the inner state of a join, which does not stand by the keys of its records'
        : undefined;
    default:
      return undefined;
  }
}

function notSeedable(store: string, why: string): Error {
  return invalid('STORE_NOT_SEEDABLE', `store "${store}" cannot be seeded: ${why}`, {
    hint: 'Seed the tables and aggregates that are made from records, not what joins and buffers keep.',
  });
}
