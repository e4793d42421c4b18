import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diagnose } from '../../../../src/app/takeover/diagnose.js';
import type { Finding } from '../../../../src/app/takeover/finding.js';
import type { BrokerClient } from '../../../../src/broker/client/client.js';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import { TaskPlan } from '../../../../src/runtime/assignment/task-plan.js';
import { long, string } from '../../../../src/serde/primitives.js';
import type { BuiltTopology } from '../../../../src/topology/node.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { testApplication } from '../../../support/running-application.js';

const texts = { key: string(), value: string() };
const COUNTS = 'app-counts-changelog';
const REPARTITION = 'app-by-value-repartition';

/** Counts values, which are repartitioned; and, if asked for, keys too. */
function counting({ keysToo = false, value = long() } = {}): BuiltTopology {
  const builder = new StreamsBuilder();
  const input = builder.stream('in', texts);
  const byValue = input.groupBy((text) => text, { key: string(), name: 'by-value' });
  byValue.count({ store: 'counts', value }).toStream().to('out', { key: string(), value });
  if (keysToo) input.groupByKey().count({ store: 'counts-of-keys' });
  return builder.build();
}

describe('a topology', () => {
  let cluster: EmbeddedCluster;
  let client: BrokerClient;

  /** The application has run, and was stopped. */
  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 2, out: 2 });
    client = cluster.client();
    await run(counting());
  });
  afterEach(() => cluster.close());

  async function run(topology: BuiltTopology): Promise<void> {
    await cluster.produce('in', [['a', 'x'], ['b', 'y']]); // prettier-ignore
    const application = testApplication({ topology, client });
    await application.start();
    await cluster.readUntil('out', (records) => records.length === 2);
    await application.close();
  }

  async function findings(topology = counting()): Promise<readonly Finding[]> {
    return diagnose(new TaskPlan('app', topology), client);
  }

  async function misfits(topology?: BuiltTopology): Promise<string[]> {
    const found = (await findings(topology)).filter(({ verdict }) => verdict === 'misfit');
    return found.map(({ subject, name, message }) => `${subject} ${name}: ${message}`);
  }

  async function recreate(name: string, partitions: number, configs: Readonly<Record<string, string>>): Promise<void> {
    await client.admin.deleteTopics([name]);
    await client.admin.createTopics([{ name, partitions, configs }]);
  }

  it('fits the application that it ran as', async () => {
    const found = await findings();
    expect(found.filter(({ verdict }) => verdict === 'misfit')).toEqual([]);
    const fitting = found.filter(({ verdict }) => verdict === 'fits').map(({ subject, name }) => `${subject} ${name}`);
    expect(fitting).toEqual(expect.arrayContaining(['group app', 'source in', `repartition ${REPARTITION}`]));
    expect(fitting).toEqual(expect.arrayContaining([`changelog ${COUNTS}`, 'offset in-0']));
    expect(found).toContainEqual(expect.objectContaining({ message: expect.stringMatching(/^Millrace, user data/) }));
  });

  it('fits one that has never run, whose topics will be made', async () => {
    const found = await diagnose(new TaskPlan('new', counting()), client);
    expect(found.filter(({ verdict }) => verdict === 'misfit')).toEqual([]);
    expect(found.map(({ message }) => message)).toContain('does not exist, and will be made');
  });

  it('does not fit one that lacks its store', async () => {
    expect(await misfits(counting({ keysToo: true }))).toEqual([
      expect.stringMatching(/^changelog app-counts-of-keys-changelog: does not exist although offsets are committed/),
    ]);
  });

  it('does not fit where its values are read as another type', async () => {
    const value = { ...long(), deserialize: () => { throw new Error('not of this type'); } }; // prettier-ignore
    expect(await misfits(counting({ value }))).toEqual([expect.stringMatching(/changelog .*: not of this type$/)]);
  });

  it.each([
    ['is gone', 'in', (): Promise<void> => client.admin.deleteTopics(['in'])],
    ['was cut differently', COUNTS, () => recreate(COUNTS, 3, { 'cleanup.policy': 'compact' })],
    ['expires instead of being compacted', COUNTS, () => recreate(COUNTS, 2, { 'cleanup.policy': 'delete' })],
    [
      'is compacted instead of being purged',
      REPARTITION,
      () => recreate(REPARTITION, 2, { 'cleanup.policy': 'compact' }),
    ],
    ['lost records that are to be read', 'in-0', () => recreate('in', 2, {})],
  ])('does not fit once a topic %s', async (_, name, harm) => {
    await harm();
    if (name === 'in-0') await commit({ offset: 9 });
    expect(await misfits()).toEqual(expect.arrayContaining([expect.stringContaining(` ${name}: `)]));
  });

  async function commit({ offset, metadata = '' }: { offset: number; metadata?: string }): Promise<void> {
    await client.admin.deleteGroups(['app']).catch(() => undefined);
    const group = await client.admin.describeGroup('app');
    await client.admin.removeGroupMembers('app', group?.members ?? [], 'test');
    await client.admin.commitOffsets('app', [{ topic: 'in', partition: 0, offset, leaderEpoch: -1, metadata }]);
  }

  it('does not fit offsets with metadata of another program, and notes those without', async () => {
    await commit({ offset: 1, metadata: 'mine' });
    expect(await misfits()).toEqual([expect.stringMatching(/^offset in-0: 1 of 2, with metadata that is not/)]);
    await commit({ offset: 1 });
    expect(await misfits()).toEqual([]);
  });

  it('tells of internal topics that it does not know, and stands against those with unread records', async () => {
    await client.admin.createTopics([
      { name: 'app-old-changelog', partitions: 1 },
      { name: 'app-old-repartition', partitions: 1 },
    ]);
    const unknown = (await findings()).filter(({ message }) => message.startsWith('is unknown'));
    expect(unknown.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['app-old-changelog', 'note'],
      ['app-old-repartition', 'note'],
    ]);
    await commit({ offset: 1 });
    await client.admin.commitOffsets('app', [
      { topic: 'app-old-repartition', partition: 0, offset: 0, leaderEpoch: -1, metadata: '' },
    ]);
    await cluster.produce('app-old-repartition', [['k', 'v']]);
    expect(await misfits()).toEqual([expect.stringMatching(/1 of its records are still to be read/)]);
  });
});
