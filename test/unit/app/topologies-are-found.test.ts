import { mkdtemp, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { knownTopologies, loadTopology } from '../../../src/app/load-topology.js';

const TOPOLOGY = "export default { name: 'mine', build() {} };";
const before = process.cwd();
let project: string;

async function file(path: string, text: string): Promise<string> {
  const full = join(project, path);
  await mkdir(join(full, '..'), { recursive: true });
  await writeFile(full, text);
  return full;
}

beforeEach(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'millrace-project-')));
  await file('package.json', '{"type":"module"}');
  process.chdir(project);
});
afterEach(async () => {
  process.chdir(before);
  await rm(project, { recursive: true });
});

describe('a topology is found', () => {
  it.each(['topologies/mine/topology.js', 'dist/topologies/mine/topology.js'])('by name in %s', async (path) => {
    const full = await file(path, TOPOLOGY);
    const { definition, moduleUrl } = await loadTopology('mine');
    expect(definition.name).toBe('mine');
    expect(moduleUrl).toBe(pathToFileURL(full).href);
    expect(knownTopologies()).toContain('mine');
  });

  it('compiled rather than as source', async () => {
    await file('topologies/mine/topology.ts', 'import "./not-there.js"');
    const compiled = await file('dist/topologies/mine/topology.js', TOPOLOGY);
    expect((await loadTopology('mine')).moduleUrl).toBe(pathToFileURL(compiled).href);
  });

  it('by path', async () => {
    await file('somewhere/else.js', TOPOLOGY);
    expect((await loadTopology('./somewhere/else.js')).definition.name).toBe('mine');
  });
});

describe('a topology is refused', () => {
  it('when there is none of that name, with those there are', async () => {
    await file('topologies/mine/topology.js', TOPOLOGY);
    await expect(loadTopology('yours')).rejects.toMatchObject({ hint: expect.stringContaining('mine') });
  });

  it('when the module exports none, or throws', async () => {
    await file('a.js', 'export const topology = 1;');
    await file('b.js', 'throw new Error("broken");');
    await expect(loadTopology('./a.js')).rejects.toThrow('does not export a topology');
    await expect(loadTopology('./b.js')).rejects.toThrow('broken');
  });
});
