import { HttpRegistry } from '../serde/registry/http-registry.js';
import type { RegistryConnectionOptions } from '../serde/registry/registry-connection.js';
import { SchemaCache, type SchemaCacheOptions } from '../serde/registry/schema-cache.js';
import type { Config } from './config.js';
import { readSetFile } from './set-file.js';

/** Where the schema registry is, as a message between threads can carry it. */
export type RegistryAddress = Omit<RegistryConnectionOptions, 'clock'>;

/**
 * The schema registry that the configuration names; undefined when it names none.
 * @throws MillraceError `INVALID_CONFIGURATION` when a file cannot be read
 */
export function registryAddress(config: Config): RegistryAddress | undefined {
  const { schemaRegistryUrl: urls, schemaRegistryToken: token } = config;
  if (urls === undefined) return undefined;
  const { schemaRegistryUsername: username, schemaRegistryPassword: password = '' } = config;
  const tls = {
    ca: readSetFile(config, 'schemaRegistryCa'),
    cert: readSetFile(config, 'schemaRegistryCert'),
    key: readSetFile(config, 'schemaRegistryKey'),
  };
  const basic = username === undefined ? undefined : { username, password };
  return { urls, tls, credentials: token === undefined ? basic : { token } };
}

/** What is known of a registry; nothing is asked yet. @throws MillraceError `SCHEMA_REGISTRY_URL_INVALID` */
export function openSchemas(
  address: RegistryAddress | undefined,
  options: SchemaCacheOptions,
): SchemaCache | undefined {
  return address && new SchemaCache(new HttpRegistry({ ...address, clock: options.clock }), options);
}
