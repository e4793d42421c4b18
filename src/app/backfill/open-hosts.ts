import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { placedSerdes } from '../../runtime/prepare-serdes.js';
import type { BuiltTopology } from '../../topology/node.js';
import type { Closing } from '../closing.js';
import { registryAddress, type RegistryAddress } from '../schema-registry.js';
import type { BackfillOptions } from './backfill-options.js';
import { TaskThread, type TaskThreadStart } from './task-thread.js';

type Given = Pick<BackfillOptions, 'moduleUrl' | 'threads' | 'config'> &
  Omit<TaskThreadStart, 'moduleUrl' | 'schemaRegistry' | 'stateDirectory' | 'host' | 'hosts'>;

export interface HostsOptions extends Given {
  readonly topology: BuiltTopology;
  /** In which each thread has a folder. */
  readonly folders: string;
}

/**
 * Starts threads that hold the tasks: as many as there is work for. None where one would do, and where the topology cannot be made
 * again in another thread: its module is not known, or its schemas are known to this one alone.
 */
export async function openHosts(options: HostsOptions, closing: Closing): Promise<readonly TaskThread[]> {
  const { moduleUrl, applicationId, topology, folders, threads = availableParallelism(), config, ...sizes } = options;
  const { cacheMaxBytes, inputPartitions, outputPartitions, otherPartitions } = sizes;
  const hosts = Math.min(threads, Math.max(0, ...inputPartitions.values()));
  const schemaRegistry = registryAddress(config);
  if (moduleUrl === undefined || hosts < 2 || !isShared(schemaRegistry, { applicationId, topology })) return [];
  const starting = Array.from({ length: hosts }, async (_, host) => {
    const thread = await TaskThread.start({
      ...{ moduleUrl, applicationId, config, schemaRegistry, cacheMaxBytes, host, hosts },
      ...{ inputPartitions, outputPartitions, otherPartitions },
      stateDirectory: join(folders, String(host)),
    });
    closing.add(`thread ${host}`, () => thread.close());
    return thread;
  });
  const started = await Promise.allSettled(starting);
  return started.map((outcome) => {
    if (outcome.status === 'fulfilled') return outcome.value;
    throw outcome.reason;
  });
}

function isShared(
  registry: RegistryAddress | undefined,
  application: { readonly applicationId: string; readonly topology: BuiltTopology },
): boolean {
  return registry !== undefined || [...placedSerdes(application)].every(({ serde }) => serde.prepare === undefined);
}
