import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cli } from '../../support/cli.js';

const NAMES = ['sales', 'wallets', 'page-views', 'user-features', 'money-enrichment'];
const WALLETS = join('topologies', 'wallets', 'topology.ts');
const PROTO = 'wallets/v1/wallet_service.proto';

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'millrace-codegen-'));
});
afterEach(() => rm(out, { recursive: true, force: true }));

/** As they are committed. */
async function copied(): Promise<string> {
  const copy = join(out, PROTO);
  await mkdir(join(out, 'wallets/v1'), { recursive: true });
  await copyFile(join('proto', PROTO), copy);
  return copy;
}

describe('millrace codegen', () => {
  it('has nothing to change in the services of the topologies', async () => {
    const topologies = NAMES.map((name) => join('topologies', name, 'topology.ts'));
    expect(await cli('codegen', ...topologies, '--check')).toEqual({ code: 0, out: '', error: '' });
  });

  it('writes what differs, and says which', async () => {
    const answer = await cli('codegen', WALLETS, '--out', out);
    expect(answer).toEqual({ code: 0, out: `${join(out, PROTO)}\n`, error: '' });
    expect(await readFile(join(out, PROTO), 'utf8')).toBe(await readFile(join('proto', PROTO), 'utf8'));
    expect(await cli('codegen', WALLETS, '--out', out)).toEqual({ code: 0, out: '', error: '' });
  });

  it('shows with --check where a file is stale, and leaves it', async () => {
    const copy = await copied();
    const edited = (await readFile(copy, 'utf8')).replace('// What a wallet holds.', '// What it holds.');
    await writeFile(copy, edited);
    const { code, out: shown } = await cli('codegen', WALLETS, '--out', out, '--check');
    expect(code).toBe(1);
    expect(shown).toContain('-  // What it holds.\n+  // What a wallet holds.\n');
    expect(await readFile(copy, 'utf8')).toBe(edited);
  });

  it('shows a file that is not there as wholly new', async () => {
    const { code, out: shown } = await cli('codegen', WALLETS, '--out', out, '--check');
    expect(code).toBe(1);
    expect(shown).toContain('+syntax = "proto3";');
  });

  it('names the service of one topology only', async () => {
    const answer = await cli('codegen', WALLETS, 'sales', '--service', 'a.v1.AService', '--out', out);
    expect(answer).toMatchObject({ code: 2, error: expect.stringContaining('--service names the service of one') });
  });
});
