import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStateDirectory } from '../../../src/runtime/open-state-directory.js';
import { seededRandom } from '../../../src/util/random.js';

/** What another process does that has the folder of its first argument open. */
const HOLDER = `
  import { writeFileSync } from 'node:fs';
  import { join } from 'node:path';
  import { ClassicLevel } from 'classic-level';
  const folder = process.argv[1];
  await new ClassicLevel(join(folder, 'lock')).open();
  writeFileSync(join(folder, 'owner.json'), JSON.stringify({ pid: process.pid }));
  process.stdout.write('open');
  process.stdin.resume();
`;

describe('a state directory', () => {
  let path: string;

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'millrace-state-'));
  });
  afterEach(async () => {
    await rm(path, { recursive: true, force: true });
  });

  const open = (seed = 1) => openStateDirectory({ path: join(path, 'state-dir'), random: seededRandom(seed) });

  it('keeps the id that the instance got at its first start', async () => {
    const first = await open(1);
    await first.close();
    const second = await open(2);
    expect(second.instanceId).toBe(first.instanceId);
    await second.close();
  });

  it('is refused while another process holds it, with the setting and that process named', async () => {
    await (await open()).close();
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, join(path, 'state-dir')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    await expect(open()).rejects.toMatchObject({
      code: 'STATE_DIRECTORY_LOCKED',
      message: expect.stringContaining(`process ${holder.pid}`),
      hint: expect.stringContaining('STATE_DIR'),
    });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const next = await open(); // a lock dies with its process
    await next.close();
  });

  it('is refused where it cannot be created', async () => {
    await writeFile(join(path, 'state-dir'), 'a file');
    await expect(open()).rejects.toMatchObject({ code: 'STATE_DIRECTORY_UNUSABLE' });
  });

  it('names the tasks it holds state of', async () => {
    const directory = await open();
    await directory.prepare('app');
    expect(await directory.storedTasks('app')).toEqual([]);
    expect(directory.taskFolder('app', '0_1')).toBe(join(path, 'state-dir', 'state', 'app', '0_1'));
    await directory.close();
  });
});
