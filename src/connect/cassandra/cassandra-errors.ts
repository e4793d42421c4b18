import { invalid, messageOf, type MillraceError } from '../../util/errors.js';

/*
 * Errors of the driver, known by their names and codes: its classes are loaded with it only.
 */

/** Codes of the protocol (CQL binary protocol v4, section 9). */
const SYNTAX_ERROR = 0x2000;
const UNAUTHORIZED = 0x2100;
const INVALID_REQUEST = 0x2200;
const CONFIGURATION_ERROR = 0x2300;

/** The server has refused what a statement holds: a key that is empty or too long, the name of a table. */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error);
  return code === INVALID_REQUEST || code === CONFIGURATION_ERROR;
}

/** An error that only a change of configuration or rights mends, as one of kind `invalid`; undefined for all others. */
export function asInvalid(error: unknown): MillraceError | undefined {
  const text = messageOf(error);
  if (codeOf(error) === UNAUTHORIZED) {
    return invalid('CASSANDRA_ACCESS_DENIED', `Cassandra denies the sink its access: ${text}`, {
      hint: 'GRANT the role SELECT and MODIFY on the tables, and CREATE on the keyspace for tables that are to be made.',
      cause: error,
    });
  }
  if (codeOf(error) === SYNTAX_ERROR) {
    return invalid('CASSANDRA_STATEMENT_REFUSED', `Cassandra does not understand a statement of the sink: ${text}`, {
      hint: 'The sink needs Cassandra 3.0 or later, or what speaks the same CQL.',
      cause: error,
    });
  }
  const refused = reasons(error).find(refusesLogin);
  if (refused !== undefined) {
    return invalid('CASSANDRA_LOGIN_REFUSED', `Cassandra refuses the login: ${messageOf(refused)}`, {
      hint: 'Set CASSANDRA_USERNAME and CASSANDRA_PASSWORD, or give the sink `connection.credentials`.',
      cause: error,
    });
  }
  const elsewhere = reasons(error).find(namesNoDataCenter);
  if (elsewhere !== undefined) {
    return invalid(
      'CASSANDRA_DATACENTER_UNKNOWN',
      `the data center of a Cassandra sink is not there: ${messageOf(elsewhere)}`,
      {
        hint: 'Set CASSANDRA_LOCAL_DC to a data center of the cluster (nodetool status lists them).',
        cause: error,
      },
    );
  }
  return undefined;
}

/**
 * A node that cannot look the role up, since others are down, refuses too, and takes the same login later: so it is known by
 * what it says.
 */
function refusesLogin(error: unknown): boolean {
  return nameOf(error) === 'AuthenticationError' && /incorrect|not set|no credentials/i.test(messageOf(error));
}

function namesNoDataCenter(error: unknown): boolean {
  return nameOf(error) === 'ArgumentError' && /data ?center/i.test(messageOf(error));
}

/** The error, and those of the single nodes behind "all hosts tried". */
function reasons(error: unknown): unknown[] {
  const inner = typeof error === 'object' && error !== null && 'innerErrors' in error ? error.innerErrors : undefined;
  return [error, ...(typeof inner === 'object' && inner !== null ? (Object.values(inner) as unknown[]) : [])];
}

function codeOf(error: unknown): unknown {
  return nameOf(error) === 'ResponseError' && error instanceof Error && 'code' in error ? error.code : undefined;
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}
