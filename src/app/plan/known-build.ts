import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { applicationFolder } from '../../runtime/open-state-directory.js';
import { openDatabase } from '../../state/leveldb/level-database.js';
import { StoreCatalog } from '../../state/leveldb/store-catalog.js';
import type { TopologyJson } from '../../topology/topology-json.js';
import { MillraceError } from '../../util/errors.js';
import { stateDirectories } from '../process-directories.js';

/** A store of an earlier build, as far as it is known. */
export interface KnownStore {
  readonly name: string;
  readonly kind: string;
  /** How its rows lie on disk. */
  readonly layout?: string;
  readonly windowSizeMs?: number;
  readonly retentionMs?: number;
  readonly keySerde?: string;
  readonly valueSerde?: string;
}

/** A sub-topology of an earlier build, as far as it is known. */
export interface KnownSubTopology {
  readonly id: number;
  readonly stores: readonly KnownStore[];
  /** Topics that it reads, as the topology names them. */
  readonly topics: readonly string[];
}

/** What a description (`millrace describe -o json`) tells of a build. */
export function describedBuild({ subTopologies }: TopologyJson): readonly KnownSubTopology[] {
  return subTopologies
    .filter(({ global }) => !global)
    .map(({ id, stores, nodes }) => ({
      id,
      stores,
      topics: nodes.flatMap(({ kind, topics }) => (kind === 'source' ? (topics ?? []) : [])),
    }));
}

/**
 * What the tasks' databases in a STATE_DIR tell of the build that wrote them.
 * @throws MillraceError `STATE_LOCKED` while a process runs on it
 */
export async function storedBuild(stateDir: string, applicationId: string): Promise<readonly KnownSubTopology[]> {
  const stores = new Map<number, Map<string, KnownStore>>();
  for (const path of stateDirectories(stateDir)) {
    const folder = applicationFolder(path, applicationId);
    for (const task of existsSync(folder) ? await readdir(folder) : []) {
      const [, subTopology] = /^(\d+)_\d+$/.exec(task) ?? [];
      if (subTopology === undefined) continue;
      const known = stores.get(Number(subTopology)) ?? new Map<string, KnownStore>();
      stores.set(Number(subTopology), known);
      for (const [name, layout] of await layoutsIn(join(folder, task))) known.set(name, storedStore(name, layout));
    }
  }
  return [...stores].map(([id, known]) => ({ id, stores: [...known.values()], topics: [] }));
}

function storedStore(name: string, layout: string): KnownStore {
  return { name, layout, kind: layout.split(' ')[0] ?? layout };
}

async function layoutsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  try {
    const database = await openDatabase(folder, { create: false });
    try {
      return (await StoreCatalog.read(database)).layouts();
    } finally {
      await database.close();
    }
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'STATE_NOT_FOUND') return new Map();
    throw error;
  }
}
