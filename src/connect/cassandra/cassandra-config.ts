import type { ClientOptions } from 'cassandra-driver';
import type { SinkContext } from '../../topology/sink.js';
import { invalid, type MillraceError } from '../../util/errors.js';
import { namesIn } from '../quoted-name.js';
import type { TableShape } from './cassandra-table.js';

/**
 * What the driver is given: the environment's settings, unless the options say otherwise.
 * @throws MillraceError `CASSANDRA_SETTING_MISSING`
 */
export function configOf(given: ClientOptions | undefined, { sink }: SinkContext): ClientOptions {
  const { CASSANDRA_CONTACT_POINTS: hosts, CASSANDRA_LOCAL_DC: localDataCenter } = process.env;
  const { CASSANDRA_KEYSPACE: keyspace, CASSANDRA_USERNAME: username, CASSANDRA_PASSWORD: password } = process.env;
  const options: ClientOptions = {
    ...(hosts && { contactPoints: hosts.split(',').map((host) => host.trim()) }),
    ...(localDataCenter && { localDataCenter }),
    ...(keyspace && { keyspace }),
    ...(username && { credentials: { username, password: password ?? '' } }),
    ...given,
  };
  if (options.cloud !== undefined) return options;
  if (!options.contactPoints?.length) throw missing(sink, 'CASSANDRA_CONTACT_POINTS', 'contactPoints');
  const balanced = options.policies?.loadBalancing !== undefined; // a policy knows its data center by itself
  if (!options.localDataCenter && !balanced) throw missing(sink, 'CASSANDRA_LOCAL_DC', 'localDataCenter');
  return options;
}

/**
 * Keyspace and name of a table.
 * @throws MillraceError `CASSANDRA_SETTING_MISSING`
 */
export function placeOf(
  given: string,
  keyspace: string | undefined,
  { sink }: SinkContext,
): Pick<TableShape, 'keyspace' | 'table'> {
  const [first = given, second] = namesIn(given);
  if (second !== undefined) return { keyspace: first, table: second };
  if (!keyspace) throw missing(sink, 'CASSANDRA_KEYSPACE', 'keyspace');
  return { keyspace, table: first };
}

function missing(sink: string, setting: string, option: string): MillraceError {
  return invalid('CASSANDRA_SETTING_MISSING', `sink "${sink}" is not told the ${setting} of its Cassandra`, {
    hint: `Set ${setting}, or give the sink \`connection.${option}\`.`,
  });
}
