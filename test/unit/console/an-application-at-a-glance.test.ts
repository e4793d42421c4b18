import { describe, expect, it } from '@jest/globals';
import { applicationFigures } from '../../../src/console/page/live/application-figures.js';
import { figuresBetween } from '../../../src/console/page/live/figures.js';

const of = { application: 'app', instanceId: 'i' };
const instances = [
  { ...of, state: 'RUNNING' },
  { application: 'app', instanceId: 'j', state: 'REBALANCING' },
  { application: 'other', instanceId: 'i', state: 'ERROR' },
];
const tasks = [
  { ...of, taskId: '0_0', state: 'running', partitions: [{ lag: 3 }, { lag: '4' }] },
  { ...of, taskId: '0_1', state: 'restoring', restoreRemaining: 9 },
];

function figures() {
  const at = (observeTime: string, records: number) => ({
    topics: [
      { ...of, topic: 'in', consumedRecords: records },
      { ...of, topic: 'app-by-key-repartition', consumedRecords: records, producedRecords: records },
      { ...of, topic: 'out', producedRecords: records / 2 },
    ],
    nodes: [{ ...of, node: 'n', errors: 2 }],
    instances: [{ ...of, observeTime, failure: 'task 0_1 stopped', deadLetters: 5 }],
  });
  return figuresBetween(at('2026-01-01T00:00:00Z', 0), at('2026-01-01T00:00:10Z', 100));
}

describe('an application at a glance', () => {
  it('shows the state of its instances that most needs to be seen', () => {
    expect(applicationFigures('app', instances, tasks, undefined)).toMatchObject({
      state: 'REBALANCING',
      instances: 2,
    });
  });

  it('adds up its own tasks', () => {
    const { tasks: all, runningTasks, lag, restoreRemaining } = applicationFigures('app', instances, tasks, undefined);
    expect({ all, runningTasks, lag, restoreRemaining }).toEqual({
      all: 2,
      runningTasks: 1,
      lag: 7,
      restoreRemaining: 9,
    });
  });

  it('counts a record once, however often it is repartitioned', () => {
    expect(applicationFigures('app', instances, tasks, figures())).toMatchObject({
      readPerSecond: 10,
      writtenPerSecond: 5,
    });
  });

  it('tells of errors, dead letters and why it stopped', () => {
    const glance = applicationFigures('app', instances, tasks, figures());
    expect(glance).toMatchObject({ errors: 2, deadLetters: 5, failures: ['task 0_1 stopped'] });
  });

  it('invents nothing where nothing is measured', () => {
    const { readPerSecond, errors, deadLetters } = applicationFigures('app', instances, tasks, undefined);
    expect([readPerSecond, errors, deadLetters]).toEqual([undefined, undefined, undefined]);
  });
});
