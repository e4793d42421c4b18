import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { silentLogger } from '../../src/observability/log.js';
import { seededRandom, systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import {
  ClusterReader,
  NO_RETRIES,
  reachedNobody,
  RETRIES,
  saysWhenToAskAgain,
} from '../support/cluster/cluster-reader.js';
import { writeLatestValues } from '../support/cluster/latest-values.js';
import { ValueFeed } from '../support/cluster/value-feed.js';
import { freePorts } from '../support/kafka/free-ports.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { MillraceProcess } from '../support/millrace-process.js';
import { TestCluster } from '../support/test-cluster.js';

/** ROUTING_FULL=1: while tasks move as well, and as many reads as make one sure; some ten minutes. */
const FULL = process.env.ROUTING_FULL === '1';
const whenWhole = FULL ? it : it.skip;
const GETS = FULL ? 50_000 : 4_000;
const TRIES = FULL ? 10_000 : 1_000;
const KEYS = 500;
const PARTITIONS = 6;
const AT_ONCE = 24;
const INSTANCES = [0, 1, 2] as const;
/** Longer than any rebalance on a busy machine. */
const TIMEOUT_MS = 60_000;

const brokers = sharedKafka();
const name = `latest-${systemRandom.uuid().slice(0, 8)}`;
const random = seededRandom(17);
const readers: ClusterReader[] = [];
const running: MillraceProcess[] = [];
let ports: readonly number[];
let folder: string;
let topology: string;
let cluster: TestCluster;
let feed: ValueFeed;

const grpcPorts = (): number[] => INSTANCES.map((index) => ports[index] ?? 0);
const keyOf = (index: number): string => `key-${index % KEYS}`;
const randomKey = (): string => keyOf(Math.floor(random.next() * KEYS));
const anyOf = <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)] as T;

async function start(index: 0 | 1 | 2): Promise<void> {
  running[index] = await MillraceProcess.start({
    args: ['run', topology],
    stateDir: join(folder, String(index)),
    ports: [ports[index] ?? 0, ports[index + INSTANCES.length] ?? 0],
    env: {
      KAFKA_BROKERS: brokers.join(','),
      APPLICATION_ID: name,
      STANDBYS: '1',
      INSTANCE_ID: `i-${index}`,
      LOG_LEVEL: 'warn',
    },
  });
}

function reader(toPorts: readonly number[], ...options: [object?]): ClusterReader {
  const made = new ClusterReader(toPorts, TIMEOUT_MS, ...options);
  readers.push(made);
  return made;
}

/** Runs `once` so many times, some at once. */
async function many(times: number, once: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < times) await once(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Values of keys as they have to be at least: what was seen once never goes back. */
class Seen {
  readonly wrong: string[] = [];
  readonly #least = new Map<string, number>();

  least(key: string): number {
    return this.#least.get(key) ?? 0;
  }

  check(key: string, least: number, value: unknown): void {
    if (typeof value !== 'number' || value < least) this.wrong.push(`${key} is ${JSON.stringify(value)}, was ${least}`);
    else this.#least.set(key, Math.max(value, this.least(key)));
  }
}

/** Writes higher and higher values of all keys until it is told to stop. */
function keepWriting(from: number): () => Promise<void> {
  const stop = new AbortController();
  const writing = (async () => {
    for (let value = from; !stop.signal.aborted; value++) {
      await feed.write(Array.from({ length: KEYS }, (_, index) => [keyOf(index), value] as const));
      await sleep(200);
    }
  })();
  return () => {
    stop.abort();
    return writing;
  };
}

/** Stops each instance and starts it again, one after the other, each when the one before is ready. */
async function restartEach(): Promise<void> {
  for (const index of INSTANCES) {
    await running[index]?.stop();
    await start(index);
    await running[index]?.untilReady(180_000);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-routing-'));
  const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
  cluster = new TestCluster(() => createKafkaTransport({ brokers, clientId: 'routing', ...surroundings }));
  await cluster.createTopics({ [`${name}-in`]: PARTITIONS });
  topology = await writeLatestValues(folder, `${name}-in`);
  ports = await freePorts(2 * INSTANCES.length);
  feed = await ValueFeed.open(cluster.client(), `${name}-in`, PARTITIONS);
  for (const index of INSTANCES) await start(index);
  for (const each of running) await each.untilReady(180_000);
  const offsets = await feed.write(Array.from({ length: KEYS }, (_, index) => [keyOf(index), 1] as const));
  for (const offset of offsets.slice(0, 50))
    await reader(grpcPorts().slice(0, 1)).get('key-0', { minPosition: { offsets: [offset] } });
}, 400_000);
afterAll(async () => {
  for (const each of readers) each.close();
  for (const each of running) await each.kill();
  await feed.close();
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

describe('any instance', () => {
  it('reads what was written before, from the position on that the write has got', async () => {
    const direct = grpcPorts().map((port) => reader([port]));
    const wrong: string[] = [];
    for (let at = 0; at < TRIES; at += AT_ONCE) {
      const values = Array.from({ length: AT_ONCE }, (_, index) => [`own-${index}`, at + index + 1] as const);
      const written = await feed.write(values);
      await many(AT_ONCE, async (index) => {
        const [key, value] = values[index] ?? ['', 0];
        const { record } = await anyOf(direct).get(key, { minPosition: { offsets: [written[index] ?? {}] } });
        if (record?.value !== value) wrong.push(`${key} is ${JSON.stringify(record?.value)}, was ${value}`);
      });
    }
    expect(wrong).toEqual([]);
  }, 1_200_000);

  whenWhole(
    'never answers wrongly while another is killed and comes back',
    async () => {
      const direct = grpcPorts().map((port) => reader([port]));
      const seen = new Seen();
      const stopWriting = keepWriting(2);
      const failures: string[] = [];
      let unavailable = 0;
      await many(GETS, async (index) => {
        if (index === Math.floor(GETS / 4)) await running[1]?.kill();
        if (index === Math.floor(GETS / 2)) await start(1);
        const key = randomKey();
        const least = Math.max(1, seen.least(key));
        for (let asked = false; !asked;) {
          asked = true;
          await anyOf(direct)
            .get(key)
            .then(
              ({ record }) => {
                seen.check(key, least, record?.value);
              },
              (error: unknown) => {
                const failure = error as ServiceError; // grpc-js fails a call with nothing else
                if (saysWhenToAskAgain(failure)) unavailable++;
                else if (reachedNobody(failure))
                  asked = false; // another one is asked
                else failures.push(String(failure));
              },
            );
        }
      });
      await stopWriting();
      console.info(`${GETS} reads, ${unavailable} unavailable`);
      expect(failures).toEqual([]);
      expect(seen.wrong).toEqual([]);
      await running[1]?.untilReady(180_000);
    },
    1_200_000,
  );
});

describe('a rolling restart', () => {
  whenWhole(
    'fails no read of a client that asks again, and none that replicas may answer',
    async () => {
      const [asking, lenient] = [reader(grpcPorts(), RETRIES), reader(grpcPorts(), NO_RETRIES)];
      const failures: string[] = [];
      let reads = 0;
      let restarting = true;
      const reading = async (from: ClusterReader, options?: { maxStaleness: { seconds: number } }): Promise<void> => {
        while (restarting) {
          const read = from.get(randomKey(), options).then(({ record }) => {
            if (typeof record?.value !== 'number') failures.push(`absent, ${options ? 'lenient' : 'asking'}`);
          });
          await read.catch((error: unknown) => failures.push(`${options ? 'lenient' : 'asking'}: ${String(error)}`));
          reads++;
        }
      };
      const all = [1, 2, 3, 4].flatMap(() => [reading(asking), reading(lenient, { maxStaleness: { seconds: 60 } })]);
      await restartEach();
      restarting = false;
      await Promise.all(all);
      console.info(`${reads} reads during the restarts`);
      expect(failures).toEqual([]);
    },
    900_000,
  );
});
