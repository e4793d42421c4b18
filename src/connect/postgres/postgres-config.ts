import type { ClientConfig } from 'pg';
import { invalid } from '../../util/errors.js';

/**
 * How to connect: as given, else by POSTGRES_URL.
 * @param what needs it, such as `sink "totals"`
 * @throws MillraceError `POSTGRES_URL_MISSING`
 */
export function postgresConfig(given: string | ClientConfig | undefined, what: string): ClientConfig {
  const config = given ?? process.env.POSTGRES_URL;
  if (typeof config === 'object') return config;
  if (config !== undefined && config !== '') return { connectionString: config };
  throw invalid('POSTGRES_URL_MISSING', `${what} has no address of Postgres`, {
    hint: 'Set POSTGRES_URL, or give it a `connection`.',
  });
}
