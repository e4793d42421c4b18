import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

const COUNT = `
  const builder = new StreamsBuilder();
  builder.stream('words', { key: string(), value: string() }).groupBy((word) => word, { key: string() })
    .count({ store: 'counts' }).toStream().to('out', { key: string(), value: long() });
  TopologyTestDriver.start(builder.build()).then(async (driver) => {
    await driver.createInputTopic('words', { key: string(), value: string() }).pipe('a', 'hello');
    console.log(JSON.stringify(driver.createOutputTopic('out', { key: string(), value: long() }).readKeyValues()));
  });`;

describe('the package, installed from its tarball', () => {
  let project: string;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'millrace-package-'));
    await run('npm', ['pack', '--pack-destination', project], { cwd: root });
    const [tarball = ''] = await readdir(project);
    await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    await run('npm', ['install', '--no-audit', '--no-fund', join(project, tarball)], { cwd: project });
  }, 180_000);
  afterAll(() => rm(project, { recursive: true, force: true }));

  const output = async (file: string, code: string): Promise<string> => {
    await writeFile(join(project, file), code);
    return (await run(process.execPath, ['--no-warnings', file], { cwd: project })).stdout.trim();
  };

  it('is imported', async () => {
    const imports = `import { StreamsBuilder, long, string } from 'millrace';
      import { TopologyTestDriver } from 'millrace/testing';`;
    expect(await output('imports.js', imports + COUNT)).toBe('[["hello",1]]');
  });

  it('is required from CommonJS', async () => {
    const requires = `const { StreamsBuilder, long, string } = require('millrace');
      const { TopologyTestDriver } = require('millrace/testing');`;
    expect(await output('requires.cjs', requires + COUNT)).toBe('[["hello",1]]');
  });

  it('brings the command', async () => {
    const { stdout } = await run('npx', ['millrace', '--version'], { cwd: project });
    expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
