import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BrokerClient } from '../../broker/client/client.js';
import { applicationFolder, openStateDirectory } from '../../runtime/open-state-directory.js';
import { invalid } from '../../util/errors.js';
import { openBroker, type Surroundings } from '../broker.js';
import { Closing } from '../closing.js';
import type { Config } from '../config.js';
import { stateDirectories } from '../process-directories.js';

/** What a reset works on, until closed. */
export interface OpenReset {
  readonly client: BrokerClient;
  /** Folders of the application's local state on this machine. */
  readonly folders: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens Kafka, or the embedded log in STATE_DIR, and locks the state directories that hold state of the application.
 * @throws MillraceError `STATE_DIRECTORY_LOCKED` while a process runs on one of them, `EMBEDDED_LOG_MISSING`
 */
export async function openReset(config: Config, applicationId: string, surroundings: Surroundings): Promise<OpenReset> {
  const { stateDir, brokers } = config;
  const withState = stateDirectories(stateDir).filter((path) => existsSync(applicationFolder(path, applicationId)));
  if (!brokers) expectEmbeddedLog(stateDir);
  const closing = new Closing(surroundings.log);
  try {
    for (const path of new Set(brokers ? withState : [stateDir, ...withState])) {
      const directory = await openStateDirectory({ path, random: surroundings.random });
      closing.add('state directory', () => directory.close());
    }
    const broker = await openBroker(config, surroundings);
    closing.add('broker', () => broker.close());
    const folders = withState.map((path) => applicationFolder(path, applicationId));
    return { client: broker.client('millrace-reset'), folders, close: () => closing.run() };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

function expectEmbeddedLog(stateDir: string): void {
  if (existsSync(join(stateDir, 'log'))) return;
  throw invalid('EMBEDDED_LOG_MISSING', `there is no embedded log in "${stateDir}"`, {
    hint: 'Set STATE_DIR (--state-dir) to the folder that the application ran in, or name Kafka with --brokers.',
  });
}
