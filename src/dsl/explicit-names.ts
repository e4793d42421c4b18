import type { BuiltTopology } from '../topology/node.js';
import { TopologyError } from '../topology/topology-error.js';

const GENERATED = /(^KSTREAM-.*|-STATE-STORE)-\d{10}(-repartition)?$/;

/**
 * Checks that the program named everything that outlives it.
 * @throws TopologyError `GENERATED_NAMES`, listing what has none
 */
export function expectExplicitNames({ subTopologies }: BuiltTopology): void {
  const stores = subTopologies.flatMap((part) => part.stores).filter(({ name }) => GENERATED.test(name));
  const changelogs = stores.filter(({ logging }) => logging !== false).map(({ name }) => `${name}-changelog`);
  const repartitions = subTopologies
    .flatMap((part) => part.repartitionTopics.map(({ name }) => name))
    .filter((name) => GENERATED.test(name));
  const problems = [
    unnamed('changelog topic(s)', changelogs),
    unnamed(
      'state store(s)',
      stores.map(({ name }) => name),
    ),
    unnamed('repartition topic(s)', repartitions),
  ];
  if (problems.every((problem) => problem === '')) return;
  throw new TopologyError('GENERATED_NAMES', problems.join(''), {
    hint: 'Name them: "store" of the aggregation or table, "name" of groupBy, groupByKey, join or repartition.',
  });
}

function unnamed(what: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `Following ${what} has not been named: ${names.join(', ')}\n`;
}
