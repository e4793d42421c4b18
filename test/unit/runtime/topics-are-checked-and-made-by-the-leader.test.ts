import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/observability/log.js';
import { TaskPlan } from '../../../src/runtime/assignment/task-plan.js';
import { ensureInternalTopics } from '../../../src/runtime/internal-topics.js';
import { string } from '../../../src/serde/primitives.js';
import type { BuiltTopology } from '../../../src/topology/node.js';
import { Topology } from '../../../src/topology/topology.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { countTopology, Forward } from '../../support/small-topologies.js';

const serdes = { key: string(), value: string() };

/** `in` is written again to the repartition topic `again`, which is joined with `other` if that is given. */
function repartitioned(options: { partitions?: number; joinedWith?: string } = {}): BuiltTopology {
  const topology = new Topology()
    .addSource('source', { topics: 'in', ...serdes })
    .addRepartitionTopic('again', options.partitions)
    .addSink('to-again', { topic: 'again', parents: 'source', ...serdes })
    .addSource('from-again', { topics: 'again', ...serdes })
    .addProcessor('forward', () => new Forward(), { parents: 'from-again' });
  if (options.joinedWith === undefined) return topology.build();
  return topology
    .addSource('other', { topics: options.joinedWith, ...serdes })
    .addProcessor('join', () => new Forward(), { parents: ['forward', 'other'] })
    .copartitionSources(['from-again', 'other'])
    .build();
}

describe('internal topics', () => {
  let cluster: EmbeddedCluster;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 3, wide: 5 });
  });
  afterEach(async () => {
    await cluster.close();
  });

  async function ensure(topology: BuiltTopology): Promise<Map<string, number>> {
    return ensureInternalTopics(new TaskPlan('app', topology), cluster.client().admin, { log: silentLogger });
  }

  async function partitionsOf(topic: string): Promise<number | undefined> {
    return (await cluster.client().admin.describeTopics([topic])).get(topic)?.partitions;
  }

  it('have a partition per task for changelogs, with the configs that the topology gives', async () => {
    await ensure(countTopology());
    expect(await partitionsOf('app-counts-changelog')).toBe(3);
    const configs = await cluster.client().admin.describeTopicConfigs(['app-counts-changelog']);
    expect(configs.get('app-counts-changelog')).toMatchObject({ 'cleanup.policy': 'compact' });
  });

  it.each([
    ['as many partitions as the widest input of their writers', {}, 3],
    ['the partitions that the program fixes', { partitions: 2 }, 2],
    ['those of the topics they are joined with', { joinedWith: 'wide' }, 5],
  ])('have %s', async (_rule, options, expected) => {
    const counts = await ensure(repartitioned(options));
    expect(await partitionsOf('app-again')).toBe(expected);
    expect(counts.get('app-again')).toBe(expected);
  });

  it('are not made when topics that are joined are cut differently', async () => {
    await expect(ensure(repartitioned({ partitions: 2, joinedWith: 'wide' }))).rejects.toMatchObject({
      code: 'TOPICS_NOT_COPARTITIONED',
      message: expect.stringMatching(/"app-again" has 2, "wide" has 5|"wide" has 5, "app-again" has 2/),
    });
    expect(await partitionsOf('app-again')).toBeUndefined();
  });

  it('are refused when an input has got more partitions under state', async () => {
    await ensure(countTopology());
    await cluster.client().admin.createPartitions('in', 4);
    await expect(ensure(countTopology())).rejects.toMatchObject({
      code: 'INTERNAL_TOPIC_PARTITIONS',
      message: 'changelog topic "app-counts-changelog" has 3 partitions, but its inputs now ask for 4',
    });
  });

  it('wait for source topics, all of which are named', async () => {
    const topology = new Topology().addSource('source', { topics: ['missing', 'in', 'gone'], ...serdes });
    topology.addProcessor('forward', () => new Forward(), { parents: 'source' });
    await expect(ensure(topology.build())).rejects.toMatchObject({ topics: ['gone', 'missing'] });
  });
});
