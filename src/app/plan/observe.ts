import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TaskPlan } from '../../runtime/assignment/task-plan.js';
import { openStateDirectory } from '../../runtime/open-state-directory.js';
import type { BuiltTopology } from '../../topology/node.js';
import { MillraceError } from '../../util/errors.js';
import { askProcess, processAddress } from '../ask-process.js';
import { openBroker, type Surroundings } from '../broker.js';
import type { Config } from '../config.js';
import { DEFAULT_PARTITIONS } from '../topic-feeder.js';
import { observeApplication, type ObservedApplication } from './observed-application.js';

/** What an embedded log in use by another process throws, and the folder that it is in. */
const IN_USE: ReadonlySet<string> = new Set(['STATE_DIRECTORY_LOCKED', 'LOG_DIRECTORY_LOCKED']);

/**
 * Looks at an application where the configuration says that it is: on Kafka, or in the embedded log of STATE_DIR, by way of
 * the process that runs on it if there is one. An embedded log makes what a topology reads when it starts: such topics count
 * as being there.
 * @throws MillraceError `HTTP_FAILED` when a process holds the log and does not answer
 */
export async function observe(
  config: Config,
  applicationId: string,
  topology: BuiltTopology,
  surroundings: Surroundings,
): Promise<ObservedApplication> {
  if (config.brokers) return observeBroker(config, applicationId, surroundings);
  const observed = await observeEmbedded(config, applicationId, surroundings);
  const plan = new TaskPlan(applicationId, topology);
  const made = plan.allSourceTopics([]).filter((topic) => !plan.isInternal(topic));
  const topics = made.map((topic) => [topic, { partitions: DEFAULT_PARTITIONS, configs: {} }] as const);
  return { ...observed, topics: { ...Object.fromEntries(topics), ...observed.topics } };
}

async function observeEmbedded(
  config: Config,
  applicationId: string,
  surroundings: Surroundings,
): Promise<ObservedApplication> {
  if (!existsSync(join(config.stateDir, 'log'))) {
    return { application: applicationId, members: 0, topics: {}, committed: [] };
  }
  try {
    const directory = await openStateDirectory({ path: config.stateDir, random: surroundings.random });
    try {
      return await observeBroker(config, applicationId, surroundings);
    } finally {
      await directory.close();
    }
  } catch (error) {
    if (!(error instanceof MillraceError && IN_USE.has(error.code))) throw error;
    const path = `/api/observed/${encodeURIComponent(applicationId)}`;
    return (await (await askProcess(processAddress(config), path)).json()) as ObservedApplication; // as: written by the same version
  }
}

async function observeBroker(
  config: Config,
  applicationId: string,
  surroundings: Surroundings,
): Promise<ObservedApplication> {
  const broker = await openBroker(config, surroundings);
  try {
    return await observeApplication(broker.client('millrace-plan'), applicationId);
  } finally {
    await broker.close();
  }
}
