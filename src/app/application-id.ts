import { invalid } from '../util/errors.js';
import type { Config } from './config.js';
import type { TopologyDefinition } from './define-topology.js';

/**
 * The application id of a topology: APPLICATION_ID where the process runs one, else its name.
 * @throws MillraceError `APPLICATION_ID_AMBIGUOUS` when it runs several
 */
export function applicationIdOf(
  { name }: TopologyDefinition,
  { applicationId }: Pick<Config, 'applicationId'>,
  all: readonly TopologyDefinition[],
): string {
  if (applicationId === undefined) return name;
  if (all.length === 1) return applicationId;
  throw invalid('APPLICATION_ID_AMBIGUOUS', `APPLICATION_ID is "${applicationId}" and ${all.length} topologies run`, {
    hint: 'Leave APPLICATION_ID (--application-id) out, so that each has its own name, or run one topology.',
  });
}
