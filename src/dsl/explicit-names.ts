import type { BuiltTopology } from '../topology/node.js';
import { TopologyError } from '../topology/topology-error.js';

const GENERATED = /(^KSTREAM-.*|-STATE-STORE)-\d{10}(-repartition)?$/;

/** Names that a program left to be generated, of what outlives it. */
export interface GeneratedNames {
  readonly stores: readonly string[];
  /** Without the application id. */
  readonly changelogs: readonly string[];
  /** Without the application id. */
  readonly repartitions: readonly string[];
}

/** The names by number: they shift when an operator is added before them (KIP-1111). */
export function generatedNames({ subTopologies }: BuiltTopology): GeneratedNames {
  const stores = subTopologies.flatMap((part) => part.stores).filter(({ name }) => GENERATED.test(name));
  return {
    stores: stores.map(({ name }) => name),
    changelogs: stores.filter(({ logging }) => logging !== false).map(({ name }) => `${name}-changelog`),
    repartitions: subTopologies
      .flatMap((part) => part.repartitionTopics.map(({ name }) => name))
      .filter((name) => GENERATED.test(name)),
  };
}

/**
 * Checks that the program named everything that outlives it.
 * @throws TopologyError `GENERATED_NAMES`, listing what has none
 */
export function expectExplicitNames(topology: BuiltTopology): void {
  const { stores, changelogs, repartitions } = generatedNames(topology);
  const problems = [
    unnamed('changelog topic(s)', changelogs),
    unnamed('state store(s)', stores),
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
