import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Record } from '../../../src/topology/processor.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';
import { Forward, pipeTopology } from '../../support/small-topologies.js';

/** Waits at the value `wait` until it is let go. */
class Gate {
  readonly #opened: Promise<void>;
  open: () => void = () => undefined;
  reached = false;

  constructor() {
    this.#opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  pass(): Promise<void> {
    this.reached = true;
    return this.#opened;
  }
}

class WaitAt extends Forward {
  constructor(private readonly gate: Gate) {
    super();
  }

  override process(record: Record<string, string>): void | Promise<void> {
    if (record.value !== 'wait') return super.process(record);
    return this.gate.pass().then(() => super.process(record));
  }
}

describe('a task inside an asynchronous record', () => {
  let cluster: EmbeddedCluster;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 2, out: 2 });
  });
  afterEach(async () => {
    await cluster.close();
  });

  it('lets the others go on, and the commit waits for it', async () => {
    const gate = new Gate();
    const application = testApplication({ topology: pipeTopology(() => new WaitAt(gate)), client: cluster.client() });
    await application.start();
    await application.waitUntilRunning();
    const [first, second] = ['a', 'd']; // of different partitions
    await cluster.produce('in', [
      [first, 'wait'],
      [first, 'after'],
    ]);
    while (!gate.reached) await cluster.pause();
    await cluster.produce('in', [[second, 'other']]);
    const uncommitted = await cluster.readUntil('out', (records) => records.length === 1, 'read_uncommitted');
    expect(uncommitted).toMatchObject([{ key: second, value: 'other' }]);
    expect(await cluster.read('out')).toEqual([]);
    gate.open();
    const committed = await cluster.readUntil('out', (records) => records.length === 3);
    expect(committed.filter(({ key }) => key === first).map(({ value }) => value)).toEqual(['wait', 'after']);
    await application.close();
  });
});
