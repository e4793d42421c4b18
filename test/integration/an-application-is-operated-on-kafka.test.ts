import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { applicationLag, type ApplicationLag } from '../../src/app/lag/application-lag.js';
import { observeApplication } from '../../src/app/plan/observed-application.js';
import { planBuild } from '../../src/app/plan/plan-build.js';
import { carryOut } from '../../src/app/reset/carry-out.js';
import { planReset, type ResetPlan } from '../../src/app/reset/reset-plan.js';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { silentLogger } from '../../src/observability/log.js';
import type { StreamsApplication } from '../../src/runtime/application.js';
import { string } from '../../src/serde/primitives.js';
import type { BuiltTopology } from '../../src/topology/node.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { countsByKey, trueCounts } from '../support/key-counts.js';
import { testApplication } from '../support/running-application.js';
import { TestCluster } from '../support/test-cluster.js';

const KEYS = ['a', 'b', 'c', 'd'];
const ROUNDS = 5;
const brokers = sharedKafka();
const text = { key: string(), value: string() };

describe('an application on a real Kafka', () => {
  let cluster: TestCluster;
  let id: string;
  const running: StreamsApplication[] = [];

  beforeEach(async () => {
    id = `operated-${systemRandom.uuid().slice(0, 8)}`;
    const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
    cluster = new TestCluster(() => createKafkaTransport({ brokers, clientId: 'operated', ...surroundings }));
    await cluster.createTopics({ [`${id}-in`]: 2, [`${id}-out`]: 2 });
    for (let round = 0; round < ROUNDS; round++) {
      await cluster.produce(
        `${id}-in`,
        KEYS.map((key) => [`from-${key}`, key]),
      );
    }
  });
  afterEach(async () => {
    for (const application of running.splice(0)) await application.close({ timeoutMs: 5_000, leaveGroup: true });
    await cluster.close();
  });

  /** Counts by value: behind a repartition topic, into a store with a changelog. */
  function countsByValue(store = 'counts'): BuiltTopology {
    const builder = new StreamsBuilder();
    builder
      .stream(`${id}-in`, text)
      .groupBy((value) => value, { name: 'by-value', ...text })
      .count({ store })
      .toStream()
      .mapValues(String)
      .to(`${id}-out`, text);
    return builder.build();
  }

  /** Runs until so many counts are written. */
  async function run(outputs: number): Promise<StreamsApplication> {
    const options = { applicationId: id, topology: countsByValue(), sessionTimeoutMs: 60_000, cacheMaxBytes: 0 };
    const application = testApplication({ ...options, client: cluster.client() });
    running.push(application);
    await application.start();
    await cluster.readUntil(`${id}-out`, (records) => records.length >= outputs);
    return application;
  }

  function plan(force: boolean): Promise<ResetPlan> {
    const choices = { target: 'earliest', keepInternal: false, orphans: false, force, folders: [] } as const;
    return planReset(cluster.client(), { applicationId: id, topology: countsByValue(), ...choices });
  }

  async function lagOf(done: (lag: ApplicationLag) => boolean): Promise<ApplicationLag> {
    for (;;) {
      const lag = await applicationLag(cluster.client(), { applicationId: id, topics: [] });
      if (done(lag)) return lag;
      await cluster.pause();
    }
  }

  it('has no lag once all is processed, the ends of its own transactions included', async () => {
    await run(ROUNDS * KEYS.length);
    const { state, partitions } = await lagOf(({ partitions }) => partitions.every(({ lag }) => lag === 0));
    expect([state, new Set(partitions.map(({ member }) => member))]).toEqual(['Stable', new Set(['a'])]);
    expect(partitions.map(({ topic }) => topic)).toContain(`${id}-by-value-repartition`);
  });

  it('is compared with its next build: what that has too is kept, what it lacks is left without a reader', async () => {
    await run(ROUNDS * KEYS.length);
    const observed = await observeApplication(cluster.client(), id);
    const verdicts = (topology: BuiltTopology): string[] => {
      const asked = { known: [], stopped: false, requireNames: false };
      const rows = planBuild({ applicationId: id, topology, observed, ...asked });
      return rows.map(({ what, name, verdict }) => `${what} ${name} ${verdict}`);
    };
    const repartition = `topic ${id}-by-value-repartition kept`;
    expect(verdicts(countsByValue())).toEqual([repartition, `topic ${id}-counts-changelog kept`]);
    expect(new Set(verdicts(countsByValue('others')))).toEqual(
      new Set([repartition, `topic ${id}-others-changelog created`, `topic ${id}-counts-changelog orphaned`]),
    );
  });

  it('is reset when it is stopped, or when its members are removed, and counts the same again', async () => {
    const application = await run(ROUNDS * KEYS.length);
    await application.close({ timeoutMs: 30_000 });
    const refused = await plan(false); // a static member does not leave
    await expect(carryOut(cluster.client(), refused)).rejects.toThrow('its group has members a');
    const forced = await plan(true);
    expect(forced.topics).toEqual([`${id}-by-value-repartition`, `${id}-counts-changelog`]);
    await carryOut(cluster.client(), forced);
    const { state, partitions } = await lagOf(() => true);
    expect([state, partitions.map(({ topic, committed }) => [topic, committed])]).toEqual(['Empty', [[`${id}-in`, 0], [`${id}-in`, 0]]]); // prettier-ignore
    await run(2 * ROUNDS * KEYS.length);
    const once = trueCounts(KEYS, ROUNDS);
    const twice = Object.fromEntries(KEYS.map((key) => [key, `${once[key]} ${once[key]}`]));
    expect(countsByKey(await cluster.read(`${id}-out`))).toEqual(twice);
  });
});
