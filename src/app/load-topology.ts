import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { invalid, messageOf } from '../util/errors.js';
import type { TopologyDefinition } from './define-topology.js';

/** A topology and the module it came from. */
export interface LoadedTopology {
  readonly definition: TopologyDefinition;
  /** `file:` URL, for a worker that has to import it again. */
  readonly moduleUrl: string;
}

/** Folders that hold `<name>/topology.js`: the project's own, compiled or not, then those that come with Millrace. */
function folders(): string[] {
  const own = ['topologies', 'dist/topologies'].map((folder) => resolve(folder));
  return [...own, fileURLToPath(new URL('../../topologies', import.meta.url))];
}

const FILES = ['topology.js', 'topology.mjs', ...(canImportTypeScript() ? ['topology.ts'] : [])];

/**
 * Imports a topology by name (`topologies/<name>/topology.js`) or by path or URL.
 * @throws MillraceError `TOPOLOGY_NOT_FOUND` that lists those there are, `INVALID_TOPOLOGY_FILE`
 */
export async function loadTopology(nameOrPath: string | URL): Promise<LoadedTopology> {
  const file = nameOrPath instanceof URL ? fileURLToPath(nameOrPath) : find(nameOrPath);
  if (file === undefined) {
    throw invalid('TOPOLOGY_NOT_FOUND', `there is no topology "${String(nameOrPath)}"`, {
      hint: `Found: ${knownTopologies().join(', ') || 'none'}. A path to a module works too.`,
    });
  }
  const moduleUrl = pathToFileURL(file).href;
  const exported = await importDefault(file, moduleUrl);
  if (!isDefinition(exported)) {
    throw invalid('INVALID_TOPOLOGY_FILE', `"${file}" does not export a topology`, {
      hint: 'Write `export default defineTopology({ name, build(builder) { … } })`.',
    });
  }
  return { definition: exported, moduleUrl };
}

/** Names that {@link loadTopology} finds. */
export function knownTopologies(): string[] {
  const names = folders()
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).filter((name) => inFolder(folder, name) !== undefined));
  return [...new Set(names)].sort();
}

function find(nameOrPath: string): string | undefined {
  if (isAbsolute(nameOrPath) || /[/\\]|\.[mc]?[jt]s$/.test(nameOrPath)) {
    const path = resolve(nameOrPath);
    if (!existsSync(path)) return undefined;
    return /\.[mc]?[jt]s$/.test(path) ? path : inFolder(path, '.');
  }
  // Compiled files first, wherever they are: sources import each other by the names they have when compiled.
  const candidates = FILES.flatMap((file) => folders().map((folder) => join(folder, nameOrPath, file)));
  return candidates.find(existsSync);
}

function inFolder(folder: string, name: string): string | undefined {
  return FILES.map((file) => join(folder, name, file)).find(existsSync);
}

async function importDefault(file: string, moduleUrl: string): Promise<unknown> {
  try {
    const module = (await import(moduleUrl)) as { readonly default?: unknown };
    return module.default;
  } catch (error) {
    throw invalid('INVALID_TOPOLOGY_FILE', `"${file}" cannot be imported: ${messageOf(error)}`, { cause: error });
  }
}

function isDefinition(value: unknown): value is TopologyDefinition {
  return typeof value === 'object' && value !== null && 'name' in value && 'build' in value;
}

/** Node strips types from version 22.18 on; its typings do not know it yet. */
function canImportTypeScript(): boolean {
  return 'typescript' in process.features && Boolean(process.features.typescript);
}
