import { describe, expect, it } from '@jest/globals';
import { describedBuild, type KnownSubTopology } from '../../../../src/app/plan/known-build.js';
import type { ObservedApplication, ObservedTopic } from '../../../../src/app/plan/observed-application.js';
import { planBuild, type PlanInput } from '../../../../src/app/plan/plan-build.js';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import { tumbling } from '../../../../src/processor/window/windows.js';
import { TaskPlan } from '../../../../src/runtime/assignment/task-plan.js';
import { sizeTopics } from '../../../../src/runtime/internal-topics.js';
import { integer, string } from '../../../../src/serde/primitives.js';
import type { BuiltTopology } from '../../../../src/topology/node.js';
import { topologyToJson } from '../../../../src/topology/topology-json.js';

const text = { key: string(), value: string() };

function build(add: (builder: StreamsBuilder) => void): BuiltTopology {
  const builder = new StreamsBuilder();
  add(builder);
  return builder.build();
}

/** Counts windows by value, behind a repartition topic. */
function windows(size: '1m' | '2m' = '1m', retention: '1h' | '2h' = '1h', store = 'counts'): BuiltTopology {
  return build((builder) => {
    builder
      .stream('in', text)
      .groupBy((value) => value, { name: 'by-value', ...text })
      .windowedBy(tumbling(size))
      .count({ store, retention });
  });
}

/** What the run of a build leaves on a broker where its input has four partitions. */
function ranAs(topology: BuiltTopology, inputs: Record<string, number> = { in: 4 }): ObservedApplication {
  const topics = Object.entries(inputs).map(([name, partitions]) => [name, { partitions, configs: {} }] as const);
  const { internalTopics } = sizeTopics(new TaskPlan('app', topology), new Map(topics));
  const internal = internalTopics.map(
    ({ topic, partitions }): [string, ObservedTopic] => [topic.name, { partitions, configs: topic.configs }], // prettier-ignore
  );
  return { application: 'app', members: 0, topics: Object.fromEntries([...topics, ...internal]), committed: ['in'] };
}

function plan(topology: BuiltTopology, observed: ObservedApplication, more: Partial<PlanInput> = {}): string[] {
  const input = { applicationId: 'app', topology, observed, known: [], stopped: false, requireNames: false, ...more };
  return planBuild(input).map(({ what, name, verdict, detail }) => `${what} ${name} ${verdict}: ${detail}`);
}

const from = (topology: BuiltTopology): readonly KnownSubTopology[] => describedBuild(topologyToJson(topology));

/** A topic that is there, otherwise than the build left it. */
function changed(observed: ObservedApplication, name: string, change: Partial<ObservedTopic>): ObservedApplication {
  const topic = { ...observed.topics[name]!, ...change };
  return { ...observed, topics: { ...observed.topics, [name]: topic } };
}

function without(observed: ObservedApplication, name: string): ObservedApplication {
  const topics = Object.entries(observed.topics).filter(([topic]) => topic !== name);
  return { ...observed, topics: Object.fromEntries(topics) };
}

describe('the plan of a build', () => {
  it('keeps everything of the same build', () => {
    expect(plan(windows(), ranAs(windows()), { known: from(windows()) })).toEqual([
      'topic app-by-value-repartition kept: ',
      'topic app-counts-changelog kept: ',
      'store counts kept: ',
      'tasks 0_* kept: ',
      'tasks 1_* kept: ',
    ]);
  });

  it('creates what a first build needs', () => {
    const nothing = { application: 'app', members: 0, topics: { in: { partitions: 1, configs: {} } }, committed: [] };
    expect(plan(windows(), nothing)).toEqual([
      'topic app-by-value-repartition created: ',
      'topic app-counts-changelog created: ',
    ]);
  });

  it.each<[string, Partial<ObservedTopic>, string]>([
    ['another number of partitions', { partitions: 3 }, 'it has 3 partitions, but its inputs ask for 4'],
    [
      'the changelog of another kind of store',
      { configs: { 'cleanup.policy': 'compact' } },
      'was its store of another kind?',
    ],
    [
      'a retention that is too short',
      { configs: { 'cleanup.policy': 'delete,compact', 'retention.ms': '5' } },
      'raise it',
    ],
  ])('refuses %s', (_what, change, reason) => {
    const rows = plan(windows(), changed(ranAs(windows()), 'app-counts-changelog', change));
    expect(rows[1]).toMatch(/^topic app-counts-changelog refused: /);
    expect(rows[1]).toContain(reason);
  });

  it('keeps a changelog that keeps more than it has to', () => {
    const configs = { 'cleanup.policy': 'compact,delete', 'retention.ms': '-1' };
    const rows = plan(windows(), changed(ranAs(windows()), 'app-counts-changelog', { configs }));
    expect(rows).toContain('topic app-counts-changelog kept: ');
  });

  it('builds from nothing what has lost its changelog', () => {
    const observed = without(ranAs(windows()), 'app-counts-changelog');
    expect(plan(windows(), observed, { known: from(windows()) })).toContain(
      'topic app-counts-changelog rebuilt: from nothing: the changelog is gone',
    );
  });

  it('tells of a store that starts empty in an application that has read', () => {
    const rows = plan(windows('1m', '1h', 'sums'), ranAs(windows()));
    expect(rows[1]).toContain('app-sums-changelog created: its store starts empty');
    expect(rows[2]).toContain('app-counts-changelog orphaned: this build does not read it');
  });

  it('tells of topics that are read no more, and of those that are read anew', () => {
    const observed = { ...ranAs(windows()), committed: ['old'] };
    const rows = plan(windows(), { ...observed, topics: { ...observed.topics, old: { partitions: 1, configs: {} } } });
    expect(rows).toContain('offsets old orphaned: committed, and not read by this build');
    expect(rows).toContain('offsets in created: read from where its offsetReset says');
  });

  it('refuses windows of another size, keys of another type, and stores of another kind', () => {
    const plain = build((builder) => {
      builder.stream('in', text).groupBy((value) => value, { name: 'by-value', ...text }).count({ store: 'counts' }); // prettier-ignore
    });
    const numbered = build((builder) => {
      builder.table('in', { key: integer(), value: string(), store: 'counts' });
    });
    const stores = (now: BuiltTopology, before: BuiltTopology): string | undefined =>
      plan(now, ranAs(now), { known: from(before) }).find((line) => line.startsWith('store'));
    expect(stores(windows('2m'), windows())).toContain('refused: its windows were 60000 ms long, and are 120000');
    expect(stores(plain, windows())).toContain('refused: it was window, and is keyValue');
    expect(stores(numbered, plain)).toContain('refused: its keys were string, and are integer');
  });

  it('rebuilds a store whose retention changes', () => {
    const rows = plan(windows('1m', '1h'), ranAs(windows('1m', '2h')), { known: from(windows('1m', '2h')) });
    expect(rows).toContain('store counts rebuilt: from its changelog: it kept 7200000 ms, and keeps 3600000 ms');
  });

  it('compares the rows on disk with how they would lie now', () => {
    const layout = 'window timestamped retention 7200000';
    const known = [{ id: 1, stores: [{ name: 'counts', kind: 'window', layout }], topics: [] }];
    const [store] = plan(windows(), ranAs(windows()), { known }).filter((line) => line.startsWith('store'));
    expect(store).toContain(
      'rebuilt: from its changelog: its rows were laid out as "window timestamped retention 7200000"',
    );
  });

  describe('of tasks that move', () => {
    const before = windows();
    const after = build((builder) => {
      builder.stream('first', text).to('out', text);
      builder
        .stream('in', text)
        .groupBy((value) => value, { name: 'by-value', ...text })
        .windowedBy(tumbling('1m'))
        .count({ store: 'counts', retention: '1h' });
    });
    const observed = ranAs(after, { first: 1, in: 4 });

    it('refuses them while builds run beside each other', () => {
      const rows = plan(after, observed, { known: from(before) });
      expect(rows).toContain('tasks 1_* refused: they are 2_* now: stop every instance before this build starts, and say --stopped'); // prettier-ignore
    });

    it('rebuilds them where all instances stop', () => {
      const rows = plan(after, observed, { known: from(before), stopped: true });
      expect(rows).toContain('tasks 1_* rebuilt: they are 2_* now: their state is restored from its changelogs');
    });
  });

  describe('of generated names', () => {
    const counted = (mapped: boolean): BuiltTopology =>
      build((builder) => {
        const stream = builder.stream('in', text);
        (mapped ? stream.mapValues((value) => value) : stream).groupByKey().count();
      });

    it('tells what shifts, and from what', () => {
      const [changelog] = plan(counted(true), ranAs(counted(false)));
      expect(changelog).toMatch(/STORE-0000000002-changelog rebuilt: .*was it "app-KSTREAM.*-0000000001-changelog"\? Name the store/); // prettier-ignore
    });

    it('refuses them where names are required', () => {
      const names = (requireNames: boolean): string[] =>
        plan(counted(false), ranAs(counted(false)), { requireNames }).filter((line) => line.startsWith('name'));
      expect([names(false)[0], names(true)[0]].map((line) => line?.split(' ')[2])).toEqual(['kept:', 'refused:']);
    });
  });
});
