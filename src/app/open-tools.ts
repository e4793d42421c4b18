import type { BrokerClient } from '../broker/client/client.js';
import { openStateDirectory } from '../runtime/open-state-directory.js';
import type { SchemaCache } from '../serde/registry/schema-cache.js';
import { openBroker, type Surroundings } from './broker.js';
import { Closing } from './closing.js';
import type { Config } from './config.js';
import { openSchemas, registryAddress } from './schema-registry.js';

/** What a command works with beside an application that does not run here, until closed. */
export interface OpenTools {
  readonly client: BrokerClient;
  /** The log is the embedded one, and its state directory is locked. */
  readonly embedded: boolean;
  readonly schemas: SchemaCache | undefined;
  close(): Promise<void>;
}

/**
 * Opens Kafka, or the embedded log in STATE_DIR, and the schema registry if there is one.
 * @throws MillraceError `STATE_DIRECTORY_LOCKED` while a process runs on the embedded log
 */
export async function openTools(config: Config, surroundings: Surroundings): Promise<OpenTools> {
  const closing = new Closing(surroundings.log);
  try {
    if (!config.brokers) {
      const directory = await openStateDirectory({ path: config.stateDir, random: surroundings.random });
      closing.add('state directory', () => directory.close());
    }
    const broker = await openBroker(config, surroundings);
    closing.add('broker', () => broker.close());
    const schemas = openSchemas(registryAddress(config), surroundings);
    closing.add('schema registry', () => schemas?.close() ?? Promise.resolve());
    const client = broker.client('millrace-state');
    return { client, embedded: broker.embedded, schemas, close: () => closing.run() };
  } catch (error) {
    await closing.run();
    throw error;
  }
}
