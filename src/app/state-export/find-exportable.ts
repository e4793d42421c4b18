import type { StoreDefinition } from '../../state/store.js';
import type { BuiltTopology, SubTopology } from '../../topology/node.js';
import { invalid, type MillraceError } from '../../util/errors.js';

/**
 * A store whose rows can be exported.
 * @throws MillraceError `STORE_NOT_FOUND`, `STORE_NOT_EXPORTABLE`
 */
export function findExportable(
  topology: BuiltTopology,
  name: string,
  applicationId: string,
): { readonly definition: StoreDefinition; readonly subTopology: SubTopology } {
  for (const subTopology of topology.subTopologies) {
    const definition = subTopology.stores.find((store) => store.name === name);
    if (definition === undefined) continue;
    if (definition.kind !== 'changeBuffer' && definition.kind !== 'recordBuffer') return { definition, subTopology };
    throw notExportable(name, 'it holds records that wait, with where they came from');
  }
  const names = topology.subTopologies.flatMap(({ stores }) => stores.map((store) => store.name));
  throw invalid('STORE_NOT_FOUND', `store "${name}" is not in application "${applicationId}"`, {
    hint: `Its stores: ${names.join(', ')}.`,
  });
}

/** Why a store cannot be exported. */
export function notExportable(store: string, why: string): MillraceError {
  return invalid('STORE_NOT_EXPORTABLE', `store "${store}" cannot be exported: ${why}`, {
    hint: 'What the application holds of it can be read by queries while it runs.',
  });
}
