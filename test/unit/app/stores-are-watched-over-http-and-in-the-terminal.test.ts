import { mkdtemp, rm } from 'node:fs/promises';
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/app/config.js';
import { defineTopology } from '../../../src/app/define-topology.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { runCli } from '../../../src/cli/cli.js';
import { silentLogger } from '../../../src/observability/log.js';
import { createPrometheusMetrics } from '../../../src/observability/prometheus-metrics.js';
import { long, string } from '../../../src/serde/index.js';
import { systemClock } from '../../../src/util/time.js';

const counts = defineTopology({
  name: 'counts',
  build(builder) {
    builder
      .stream('words', { key: string(), value: string() })
      .groupByKey({ key: string() })
      .count({ store: 'counts', value: long() });
  },
});

let stateDir: string;
let app: MillraceApp;
const metrics = createPrometheusMetrics({ processMetrics: false });

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-watch-'));
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0', commitIntervalMs: '10' });
  app = await openMillrace({ topologies: [counts], config, log: silentLogger, metrics });
  await app.applications[0]?.waitUntilRunning();
});
afterAll(async () => {
  await app.close();
  await rm(stateDir, { recursive: true, force: true });
});

async function produce(...keys: string[]): Promise<void> {
  const body = keys.map((key) => `${JSON.stringify({ key, value: '' })}\n`).join('');
  const headers = { 'content-type': 'application/x-ndjson' };
  const url = `http://127.0.0.1:${app.httpPort}/api/topics/words/records`;
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
}

/** A browser's EventSource, as far as it is needed. */
class EventStream {
  text = '';
  #arrived: () => void = () => undefined;

  private constructor(
    private readonly request: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      this.#arrived();
    });
  }

  static open(options: string, headers: Record<string, string> = {}): Promise<EventStream> {
    return new Promise((resolve) => {
      const url = `http://127.0.0.1:${app.httpPort}/api/stores/counts/watch?${options}`;
      const request = get(url, { headers, agent: false }, (response) => {
        resolve(new EventStream(request, response));
      });
      request.on('error', () => undefined); // it is given up below
    });
  }

  async until(pattern: RegExp): Promise<this> {
    while (!pattern.test(this.text))
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    return this;
  }

  get lastId(): string {
    return (
      this.text
        .match(/^id: (.*)$/gm)
        ?.at(-1)
        ?.slice(4) ?? ''
    );
  }

  /** Key and value of each change. */
  get changes(): unknown[] {
    return [...this.text.matchAll(/^event: change\ndata: (.*)$/gm)].map(([, json = '']) => {
      const { record } = JSON.parse(json) as { record: { key: string; value: number } };
      return [record.key, record.value];
    });
  }

  close(): void {
    this.request.destroy();
  }
}

describe('a store over HTTP', () => {
  it('is watched as server-sent events, which a browser resumes by their ids', async () => {
    await produce('a');
    const first = await (await EventStream.open('snapshot=true')).until(/event: snapshot-end/);
    expect(first.response.headers['content-type']).toMatch('text/event-stream');
    await produce('a');
    await first.until(/"value":2/);
    first.close();
    expect(first.changes).toEqual([['a', 1], ['a', 2]]); // prettier-ignore
    await produce('a');
    const second = await (await EventStream.open('snapshot=true', { 'last-event-id': first.lastId })).until(/change/);
    expect(second.changes).toEqual([['a', 3]]);
    second.close();
  });

  it('is watched by key or prefix, and given up when the client has gone', async () => {
    const watching = await (await EventStream.open('prefix=x-')).until(/^id: /m);
    await produce('y-1', 'x-1');
    await watching.until(/"x-1"/);
    expect(watching.changes).toEqual([['x-1', 1]]);
    watching.close();
    while (/millrace_watch_clients\{[^}]*\} [1-9]/.test(await metrics.exposition()))
      await systemClock.yieldToEventLoop();
  });

  it.each([
    ['other', '', 404, 'STORE_NOT_FOUND'],
    ['counts', 'cursor=none', 400, 'BAD_CURSOR'],
    ['counts', 'key=a&prefix=b', 400, 'BAD_RANGE'],
  ])('of which a watch is refused: %s?%s', async (store, options, status, error) => {
    const answer = await fetch(`http://127.0.0.1:${app.httpPort}/api/stores/${store}/watch?${options}`);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error });
  });
});

describe('millrace query watch', () => {
  it('prints the content of a store and its changes, with what to resume from, until it is interrupted', async () => {
    let out = '';
    const printed = (text: string): void => {
      out += text;
      if (/"key":"t-1","value":1,/.test(text)) void produce('t-1');
      if (/"key":"t-1","value":2,/.test(text)) process.emit('SIGINT');
    };
    await produce('t-1');
    const terminal = { interactive: false, colour: false, out: printed, error: () => undefined };
    const options = ['--key', 't-1', '--json', '--address', `127.0.0.1:${app.grpcPort}`];
    expect(await runCli(['query', 'watch', 'counts', ...options], terminal)).toBe(0);
    const events = out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { event: string; value?: number; cursor: string }); // prettier-ignore
    expect(events.at(-1)).toMatchObject({ event: 'change', value: 2, cursor: expect.stringMatching(/^[\w-]+$/) });
  });
});
