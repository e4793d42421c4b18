import type { ClientOptions } from 'cassandra-driver';
import type { SinkContext } from '../../topology/sink.js';
import { invalid, type MillraceError } from '../../util/errors.js';
import { namesIn } from '../quoted-name.js';
import type { TableShape } from './cassandra-table.js';

/**
 * What the driver is given: the environment's settings, unless the options say otherwise.
 * @param whose it is, as in `sink "archive"`
 * @throws MillraceError `CASSANDRA_SETTING_MISSING`
 */
export function configOf(given: ClientOptions | undefined, whose: string): ClientOptions {
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
  if (!options.contactPoints?.length) throw missing(whose, 'CASSANDRA_CONTACT_POINTS', 'contactPoints');
  const balanced = options.policies?.loadBalancing !== undefined; // a policy knows its data center by itself
  if (!options.localDataCenter && !balanced) throw missing(whose, 'CASSANDRA_LOCAL_DC', 'localDataCenter');
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
  if (!keyspace) throw missing(`sink "${sink}"`, 'CASSANDRA_KEYSPACE', 'keyspace');
  return { keyspace, table: first };
}

function missing(whose: string, setting: string, option: string): MillraceError {
  return invalid('CASSANDRA_SETTING_MISSING', `${whose} is not told the ${setting} of its Cassandra`, {
    hint: `Set ${setting}, or give it a \`connection.${option}\`.`,
  });
}
