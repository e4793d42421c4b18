import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, expect, it } from '@jest/globals';
import { string } from '../../src/serde/index.js';
import { openTaskState } from '../../src/state/open-task-state.js';
import type { StoreContext, StoreDefinition } from '../../src/state/store.js';

const HOLDER = `
  const { ClassicLevel } = require('classic-level');
  new ClassicLevel(process.argv[1]).open().then(() => { console.log('open'); process.stdin.resume(); });
`;
const context: StoreContext = {
  taskId: '0_0',
  recordContext: () => undefined,
  changelog: () => undefined,
  onExpired: () => undefined,
};
const definition: StoreDefinition = {
  kind: 'keyValue',
  name: 'store',
  keySerde: string(),
  valueSerde: string(),
  storage: 'leveldb',
  caching: false,
  logging: { topicConfig: {} },
  timestamped: false,
};

const directory = mkdtempSync(join(tmpdir(), 'millrace-locked-'));
const holder = spawn(process.execPath, ['-e', HOLDER, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
afterAll(() => {
  holder.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

it('names the folder that another process has open, and opens it when that process has gone', async () => {
  await once(holder.stdout, 'data');
  const open = () => openTaskState({ directory, definitions: [definition], context, cacheMaxBytes: 0 });
  await expect(open()).rejects.toMatchObject({ code: 'STATE_LOCKED', kind: 'unavailable' });
  await expect(open()).rejects.toThrow(directory);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await (await open()).close();
});
