import { join } from 'node:path';
import { EmbeddedRegistry } from '../serde/registry/embedded-registry.js';
import { HttpRegistry } from '../serde/registry/http-registry.js';
import type { RegistryConnectionOptions } from '../serde/registry/registry-connection.js';
import { SchemaCache, type SchemaCacheOptions } from '../serde/registry/schema-cache.js';
import { processAddress, urlOf } from './ask-process.js';
import type { Config } from './config.js';
import { readSetFile } from './set-file.js';

type HttpAddress = Omit<RegistryConnectionOptions, 'clock'>;

/** Where the schema registry is, as a message between threads can carry it: over HTTP, or in a file of this process. */
export type RegistryAddress = HttpAddress | { readonly file: string };

/**
 * The schema registry of a process: the one that the configuration names; else, beside the embedded log, one in
 * `STATE_DIR/schemas.jsonl`; with Kafka none.
 * @throws MillraceError `INVALID_CONFIGURATION` when a file cannot be read
 */
export function registryAddress(config: Config): RegistryAddress | undefined {
  return namedRegistry(config) ?? (config.brokers ? undefined : { file: join(config.stateDir, 'schemas.jsonl') });
}

/**
 * The schema registry that a tool asks: the one that the configuration names; else, without Kafka, that of the process that
 * runs on this machine, which serves it on its HTTP port.
 * @throws MillraceError `INVALID_CONFIGURATION` when a file cannot be read
 */
export function servedRegistry(config: Config): RegistryAddress | undefined {
  const named = namedRegistry(config);
  if (named !== undefined || config.brokers) return named;
  const process = processAddress(config);
  const { tls, token } = process.access;
  return { urls: [urlOf(process)], tls, ...(token !== undefined && { credentials: { token } }) };
}

function namedRegistry(config: Config): HttpAddress | undefined {
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
  if (address === undefined) return undefined;
  const registry =
    'file' in address
      ? new EmbeddedRegistry(address.file, options.log)
      : new HttpRegistry({ ...address, clock: options.clock });
  return new SchemaCache(registry, options);
}
