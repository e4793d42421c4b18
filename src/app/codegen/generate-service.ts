import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadedTopology } from '../load-topology.js';
import { protoPath, protoText, serviceOf, wiringText } from './service-files.js';

/** A file as it should be, and as it is. */
export interface GeneratedFile {
  /** Relative to the working directory. */
  readonly path: string;
  readonly content: string;
  /** Undefined: it is not there. */
  readonly current: string | undefined;
}

/**
 * The files of a topology's service: its .proto below `out`, and `gen/service.ts` beside the topology's source.
 * @param name full name of the service; default: the one it has, else one made of the topology's name
 */
export async function generateService(
  { definition, moduleUrl }: LoadedTopology,
  { out, name }: { readonly out: string; readonly name?: string },
): Promise<readonly GeneratedFile[]> {
  const service = serviceOf(definition, name);
  const protoFile = join(out, protoPath(service));
  const earlier = await textOf(protoFile);
  const proto = protoText(service, definition.name, earlier);
  const { folder, typed } = sourceOf(fileURLToPath(moduleUrl));
  const wiring = join(folder, 'gen', typed ? 'service.ts' : 'service.js');
  return [
    { path: protoFile, content: proto, current: earlier },
    { path: wiring, content: wiringText(service, definition.name, proto, typed), current: await textOf(wiring) },
  ];
}

/** Writes those that are not as they should be; gives their paths. */
export async function writeGenerated(files: readonly GeneratedFile[]): Promise<readonly string[]> {
  const stale = files.filter(({ content, current }) => content !== current);
  for (const { path, content } of stale) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return stale.map(({ path }) => path);
}

/** Where the source of a module is: of `dist/topologies/x/topology.js` it is `topologies/x/topology.ts`, if that is there. */
function sourceOf(module: string): { readonly folder: string; readonly typed: boolean } {
  const here = relative('.', module);
  const source = here.replace(/^dist[/\\]/, '').replace(/js$/, 'ts');
  return existsSync(source) ? { folder: dirname(source), typed: true } : { folder: dirname(here), typed: false };
}

async function textOf(path: string): Promise<string | undefined> {
  return existsSync(path) ? readFile(resolve(path), 'utf8') : undefined;
}
