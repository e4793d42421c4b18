import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sales from '../../../topologies/sales/topology.js';
import { loadConfig } from '../../../src/app/config.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { runCli } from '../../../src/cli/cli.js';
import { Screen, type ScreenStreams } from '../../../src/cli/top/screen.js';
import { topSnapshot, type TopApplication } from '../../../src/cli/top/top-snapshot.js';
import { topText } from '../../../src/cli/top/top-text.js';
import { silentLogger } from '../../../src/observability/log.js';
import { GetMetricsResponse } from '../../../src/query/gen/millrace/query/v1/topology_service.js';

/** What two instances had done after some seconds; `b` has begun anew at second 8. */
function metrics(seconds: number, records: number): GetMetricsResponse {
  const at = (of: number) => ({ seconds: of, nanos: 0 });
  const common = { application: 'shop', state: 'RUNNING' };
  return GetMetricsResponse.fromPartial({
    instances: [
      { ...common, instanceId: 'a', startTime: at(0), observeTime: at(seconds), cpuSeconds: seconds / 2 },
      { ...common, instanceId: 'b', startTime: at(seconds < 8 ? 0 : 8), observeTime: at(seconds), cpuSeconds: 1 },
    ],
    nodes: [
      { application: 'shop', instanceId: 'a', node: 'slow', records, latencySeconds: 2, errors: 1 },
      { application: 'shop', instanceId: 'a', node: 'busy', records: 10 * records, latencySeconds: 0.02 },
      { application: 'shop', instanceId: 'b', node: 'busy', records: 4 },
    ],
    stores: [
      { application: 'shop', instanceId: 'a', store: 'totals', entries: 7 },
      { application: 'shop', instanceId: 'b', store: 'totals', entries: 1, restored: 30, restoreRemaining: 10 },
    ],
    topics: [{ application: 'shop', instanceId: 'b', topic: 'in', lag: 12 }],
  });
}

const terminal = { interactive: false, colour: false, out: () => undefined, error: () => undefined };
const shop = (): TopApplication => topSnapshot(metrics(10, 200), metrics(5, 100))[0]!;

describe('what top shows', () => {
  it('are rates since the last look, and of an instance that began anew since its start', () => {
    const { nodes, instances, lag } = shop();
    expect(nodes).toMatchObject([{ node: 'slow', records_per_second: 20 }, { node: 'busy', records_per_second: 202 }]); // prettier-ignore
    expect(instances).toMatchObject([{ instance: 'a', cpu_percent: 50, lag: 0 }, { instance: 'b', cpu_percent: undefined, lag: 12 }]); // prettier-ignore
    expect(lag).toBe(12);
  });

  it('are stores with bars while they are restored', () => {
    expect(topText(terminal, [shop()], 'g')).toMatch(/totals +8 +\[#{15}\.{5}\] 75%, 10 left/);
  });

  it.each([
    ['g', ['slow', 'busy']],
    ['r', ['busy', 'slow']],
    ['s', ['slow', 'busy']],
    ['e', ['slow', 'busy']],
  ] as const)('are nodes in the order of key %s', (order, nodes) => {
    const text = topText(terminal, [shop()], order);
    expect([...text.matchAll(/^(slow|busy) /gm)].map(([, node]) => node)).toEqual(nodes);
  });
});

describe('the screen', () => {
  it('draws over what was there, takes keys, and leaves the terminal as it was', () => {
    let drawn = '';
    const keys: string[] = [];
    const modes: boolean[] = [];
    const input = Object.assign(new EventEmitter(), {
      isTTY: true as const,
      setRawMode: (raw: boolean) => void modes.push(raw),
      resume: () => undefined,
      pause: () => undefined,
    });
    const streams = { input, height: () => 3 } as unknown as ScreenStreams; // what a stream gives beside is not used
    const screen = new Screen({ ...terminal, out: (text) => void (drawn += text) }, streams, (key) => keys.push(key));
    screen.draw('one\ntwo\nthree');
    input.emit('data', Buffer.from('rq'));
    screen.close();
    expect(drawn).toContain('\u001b[Hone\u001b[K\r\ntwo\u001b[K\r\n\u001b[J');
    expect(drawn.endsWith('\u001b[?1049l')).toBe(true);
    expect([keys, modes, input.listenerCount('data')]).toEqual([['r', 'q'], [true, false], 0]);
  });
});

describe('millrace top', () => {
  let stateDir: string;
  let app: MillraceApp;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'millrace-top-'));
    const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0' });
    app = await openMillrace({ topologies: [sales], config, log: silentLogger });
    await Promise.all(app.applications.map((application) => application.waitUntilRunning()));
  });
  afterEach(async () => {
    await app.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  async function top(...args: string[]): Promise<{ code: number; out: string; error: string }> {
    let [out, error] = ['', ''];
    const streams = { ...terminal, out: (text: string) => void (out += text), error: (text: string) => void (error += text) }; // prettier-ignore
    return { code: await runCli(['top', ...args], streams), out, error };
  }

  it('shows a running process once, as text or JSON', async () => {
    const address = ['--address', `127.0.0.1:${app.grpcPort}`];
    const { code, out } = await top('--once', ...address);
    expect([code, out]).toEqual([0, expect.stringMatching(/^sales {2}lag 0\n\nINSTANCE .*\n.* RUNNING .*MiB/)]);
    expect(out).toMatch(/^sales-per-seller$/m);
    const [document] = JSON.parse((await top('--once', '--json', ...address)).out) as TopApplication[];
    expect(document).toMatchObject({ application: 'sales', instances: [{ state: 'RUNNING', failure: '' }] });
  });

  it('says where nothing answers', async () => {
    const { code, error } = await top('--once', '--address', '127.0.0.1:1');
    expect(code).toBe(1);
    expect(error).toContain('127.0.0.1:1');
  });
});
