import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MemoryRegistry } from '../../../src/serde/registry/memory-registry.js';
import { cli, type CliAnswer } from '../../support/cli.js';
import { BackwardRegistry } from '../../support/registry/backward-registry.js';
import { serveRegistry, type ServedRegistry } from '../../support/registry/serve-registry.js';

const TOPOLOGY = join(import.meta.dirname, '../../support/registry/avro-topology.ts');
const SUBJECTS = ['totals-totals-changelog-value', 'out-value'];

let registry: MemoryRegistry;
let served: ServedRegistry;

const schema = (command: string, ...args: string[]): Promise<CliAnswer> =>
  cli('schema', command, TOPOLOGY, '--schema-registry-url', served.url, ...args);

const registerTotal = (...fields: object[]): Promise<number> =>
  registry.register('out-value', {
    schemaType: 'AVRO',
    schema: JSON.stringify({ type: 'record', name: 'shop.Total', fields }),
    references: [],
  });

async function verdicts(): Promise<string[]> {
  const rows = JSON.parse((await schema('check', '-o', 'json')).out) as { subject: string; verdict: string }[];
  return rows.map(({ subject, verdict }) => `${subject} ${verdict}`);
}

beforeEach(async () => {
  registry = new BackwardRegistry();
  served = await serveRegistry(registry);
});
afterEach(() => served.close());

describe('millrace schema', () => {
  it('checks without registering', async () => {
    const expected = ['out-value new', 'sales-value absent', 'totals-totals-changelog-value new'];
    expect((await verdicts()).toSorted()).toEqual(expected);
    expect((await schema('check')).code).toBe(0);
    expect(await registry.subjects()).toEqual([]);
  });

  it('registers when it is told to, and then has nothing left to do', async () => {
    const dry = await schema('register');
    expect([dry.code, dry.error]).toEqual([0, expect.stringContaining('say --execute')]);
    expect(await registry.subjects()).toEqual([]);
    expect((await schema('register', '--execute')).code).toBe(0);
    expect((await registry.subjects()).toSorted()).toEqual(SUBJECTS.toSorted());
    expect((await schema('register', '--execute')).error).toContain('nothing to register');
    expect(await verdicts()).toContain('out-value registered');
  });

  it('refuses what is incompatible with exit code 3, and registers nothing then', async () => {
    await registerTotal({ name: 'amount', type: 'string' });
    const { code, out, error } = await schema('check');
    expect([code, out]).toEqual([3, expect.stringMatching(/out-value +writes +incompatible/)]);
    expect(error).toContain('1 of the above does not fit');
    expect((await schema('register', '--execute')).code).toBe(3);
    expect(await registry.subjects()).toEqual(['out-value']);
  });

  it('shows in what a schema differs from the latest', async () => {
    await registerTotal({ name: 'amount', type: 'int' });
    const { code, out } = await schema('diff');
    expect([code, out.split('\n')]).toEqual([
      0,
      expect.arrayContaining([
        'totals-totals-changelog-value: not in the registry',
        'out-value: other than version 1',
        '  amount: type changed: int -> long',
        '  sales: field added: int = 0',
      ]),
    ]);
    expect(JSON.parse((await schema('diff', '-o', 'json')).out)).toHaveLength(2);
  });

  it('needs a registry', async () => {
    const { code, error } = await cli('schema', 'check', TOPOLOGY);
    expect([code, error]).toEqual([1, expect.stringContaining('SCHEMA_REGISTRY_URL')]);
  });
});
