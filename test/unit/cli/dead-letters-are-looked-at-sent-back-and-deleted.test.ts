import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/app/config.js';
import { defineTopology } from '../../../src/app/define-topology.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { runCli } from '../../../src/cli/cli.js';
import { silentLogger } from '../../../src/observability/log.js';
import { string } from '../../../src/serde/primitives.js';

const text = { key: string(), value: string() };
/** What the processor of the topology does about words that begin with "bad". */
let mended = false;

const shout = defineTopology({
  name: 'shout',
  config: { errorPolicies: { processing: { deadLetter: 'words-dlq' } } },
  build(builder) {
    builder
      .stream('words', text)
      .mapValues((word) => {
        if (word.startsWith('bad') && !mended) throw new RangeError(`no ${word}`);
        return word.toUpperCase();
      })
      .to('shouts', text);
  },
});

let stateDir: string;
let app: MillraceApp;

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

async function dlq(...args: string[]): Promise<Answer> {
  let [out, error] = ['', ''];
  const code = await runCli(['dlq', ...args, '--http-port', String(app.httpPort)], {
    interactive: false,
    colour: false,
    out: (part) => void (out += part),
    error: (part) => void (error += part),
  });
  return { code, out, error };
}

async function rowsOf(topic: string, ...args: string[]): Promise<Record<string, unknown>[]> {
  const { out } = await dlq('list', topic, '-o', 'jsonl', ...args);
  return out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
}

/** Lists a topic until it has so many records. */
async function filled(topic: string, count: number): Promise<Record<string, unknown>[]> {
  for (;;) {
    const found = await rowsOf(topic);
    if (found.length >= count) return found;
  }
}

async function say(...words: string[]): Promise<void> {
  const body = words.map((value) => JSON.stringify({ key: 'k', value })).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  await fetch(`http://127.0.0.1:${app.httpPort}/api/topics/words/records`, { method: 'POST', headers, body });
}

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-dlq-'));
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0' });
  app = await openMillrace({ topologies: [shout], config, log: silentLogger });
  await say('a', 'bad1', 'b', 'bad2', 'bad3');
  await filled('words-dlq', 3);
});
afterAll(async () => {
  await app.close();
  await rm(stateDir, { recursive: true, force: true });
});

describe('millrace dlq', () => {
  it('lists what failed, and where, and why', async () => {
    const [first] = await rowsOf('words-dlq', '--where', 'message=no*2');
    expect(first).toMatchObject({
      source_topic: 'words',
      source_offset: 3,
      exception: 'RangeError',
      message: 'no bad2',
      attempts: 0,
      redriven: false,
    });
    expect((await dlq('list', 'words-dlq')).out).toMatch(/^PARTITION +OFFSET +TIME .*\n.*RangeError +no bad1/);
  });

  it('shows one record with all its headers, bytes as JSON, text or hexadecimal digits', async () => {
    const [{ partition, offset } = {}] = await rowsOf('words-dlq');
    const { out } = await dlq('show', 'words-dlq', String(partition), String(offset), '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({
      key: { text: 'k' },
      value: { text: 'bad1' },
      headers: expect.arrayContaining([{ name: '__streams.errors.topic', value: { text: 'words' } }]),
    });
    expect((await dlq('show', 'words-dlq', String(partition), '99')).code).toBe(1);
  });

  it('sends nothing back unless it is told to execute', async () => {
    const { code, out, error } = await dlq('redrive', 'words-dlq', '-o', 'jsonl');
    expect([code, JSON.parse(out)]).toEqual([0, { topic: 'words', records: 3, executed: false }]);
    expect(error).toContain('--execute');
    expect((await rowsOf('words-dlq')).map(({ redriven }) => redriven)).toEqual([false, false, false]);
  });

  it('sends back each record once, whatever was chosen before, in order, with the number of attempts', async () => {
    mended = true;
    const redriven = async (...where: string[]): Promise<unknown[]> => {
      const { out } = await dlq('redrive', 'words-dlq', '--execute', '-o', 'json', ...where);
      return (JSON.parse(out) as { records: number }[]).map(({ records }) => records);
    };
    expect(await redriven('--where', 'message=no bad2')).toEqual([1]);
    expect(await redriven()).toEqual([2]);
    expect(await redriven()).toEqual([]);
    const shouts = await filled('shouts', 5);
    const values = [];
    for (const { partition, offset } of shouts) {
      const { out } = await dlq('show', 'shouts', String(partition), String(offset), '-o', 'json');
      const shown = JSON.parse(out) as { value: { text: string }; headers: { name: string; value: unknown }[] };
      values.push([shown.value.text, ...shown.headers.map(({ name, value }) => [name, value])]);
    }
    const again = ['__millrace.redrive.attempts', { json: 1 }];
    expect(values).toEqual([['A'], ['B'], ['BAD2', again], ['BAD1', again], ['BAD3', again]]);
  });

  it('deletes what is older, when told to execute', async () => {
    const [{ partition, offset } = {}] = await rowsOf('words-dlq');
    const before = String(Number(offset) + 2);
    await dlq('purge', 'words-dlq', '--before', before);
    expect(await rowsOf('words-dlq')).toHaveLength(3);
    const { out } = await dlq('purge', 'words-dlq', '--before', before, '--execute', '-o', 'jsonl');
    const done = out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
    expect(done.find((row) => row.partition === partition)).toMatchObject({ to: Number(before), executed: true });
    expect(await rowsOf('words-dlq')).toHaveLength(1);
  });

  it.each([
    [['list', 'words-dlq', '--where', 'colour=red'], 2, 'is no condition'],
    [['list', 'nothing'], 1, 'topic "nothing" does not exist'],
    [['show', 'words-dlq', 'x', '0'], 2, 'PARTITION is "x"'],
    [['purge', 'words-dlq', '--before', 'soon'], 2, 'neither an offset nor a time'],
    [['purge', 'words-dlq'], 2, 'before'],
  ])('ends %j with exit code %i', async (args, code, message) => {
    const answer = await dlq(...args);
    expect([answer.code, answer.error]).toEqual([code, expect.stringContaining(message)]);
  });
});
