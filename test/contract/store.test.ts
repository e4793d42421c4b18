import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from '@jest/globals';
import { storeContract } from '../../src/testing/contract/store/index.js';
import type { StoreWorld } from '../../src/testing/contract/store/index.js';

const root = mkdtempSync(join(tmpdir(), 'millrace-store-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
const worlds: StoreWorld[] = [
  { name: 'leveldb on disk', storage: 'leveldb', durable: true, directory: () => join(root, String(folders++)) },
  { name: 'leveldb without a folder', storage: 'leveldb', durable: false, directory: () => undefined },
  { name: 'memory', storage: 'memory', durable: false, directory: () => undefined },
];

describe.each(worlds)('stores: $name', (world) => {
  it.each(storeContract(world))('$name', ({ run }) => run());
});
