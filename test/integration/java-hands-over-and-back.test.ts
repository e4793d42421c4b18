import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../src/util/time.js';
import { HandoverApplication, type RunningProgram } from '../support/handover-application.js';
import { closingInput, handoverInput } from '../support/handover-input.js';
import type { HandoverResults } from '../support/handover-results.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';

// A dozen programs start one after the other.
jest.setTimeout(900_000);

const EMIT_INTERVAL_MS = 1_000;
const parts = handoverInput(5);

describe('an application that Kafka Streams for Java and Millrace run in turn', () => {
  const applications: HandoverApplication[] = [];
  let running: RunningProgram | undefined;
  let folder: string;
  let alone: HandoverResults;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-handover-'));
    const application = await newApplication();
    await application.feed(parts.flat());
    await process(application, 'java', true);
    alone = await application.results();
    for (const ofKeys of Object.values(alone)) expect(Object.keys(ofKeys).length).toBeGreaterThanOrEqual(3);
  });
  afterEach(async () => {
    await running?.stop();
  });
  afterAll(async () => {
    for (const application of applications) await application.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function newApplication(): Promise<HandoverApplication> {
    const application = await HandoverApplication.create(sharedKafka(), folder);
    applications.push(application);
    return application;
  }

  /** Runs a program until all that was fed is processed. */
  async function process(application: HandoverApplication, program: 'java' | 'millrace', last: boolean): Promise<void> {
    running = await application[program]();
    await application.untilDone();
    if (last) {
      // A join looks at most once in a second of the machine's clock for what has found none of the other side.
      await systemClock.sleep(EMIT_INTERVAL_MS + 100);
      await application.feed(closingInput());
      await application.untilDone();
    }
    await running.stop();
    running = undefined;
  }

  async function handOver(application: HandoverApplication): Promise<void> {
    expect(await application.cli('doctor')).toMatchObject({ exitCode: 0 });
    const takeover = await application.cli('takeover', '--execute', '--watch-for', '1s');
    expect(takeover).toMatchObject({ exitCode: 0, output: expect.stringContaining(`"${application.id}" is free`) });
    expect(takeover.output).toMatch(/REMOVED/);
  }

  it.each([
    ['Java, Millrace, Java', ['java', 'millrace', 'java']],
    ['Millrace, Java, Millrace', ['millrace', 'java', 'millrace']],
  ] as const)('has the results that Java alone gives: %s', async (_, programs) => {
    const application = await newApplication();
    for (const [turn, program] of programs.entries()) {
      if (turn > 0) await handOver(application);
      await application.feed(parts[turn] ?? []);
      await process(application, program, turn === programs.length - 1);
    }
    const results = await application.results();
    for (const operator of Object.keys(alone))
      expect([operator, results[operator]]).toEqual([operator, alone[operator]]);
    expect(results).toEqual(alone);
  });

  it('is looked at while Java runs it, and not taken from it, even while it has nothing to do', async () => {
    const application = await newApplication();
    await application.feed(parts[0] ?? []);
    running = await application.java();
    await application.untilDone();
    const doctor = await application.cli('doctor');
    expect(doctor).toMatchObject({ exitCode: 0, output: expect.stringMatching(/Kafka Streams for Java, user data/) });
    const takeover = await application.cli('takeover', '--execute', '--watch-for', '20s');
    expect(takeover).toMatchObject({ exitCode: 3, output: expect.stringMatching(/came back to the group: stop/) });
  });

  it('is refused while its group is one of type streams with members', async () => {
    const application = await newApplication();
    running = await application.java('streams');
    for (const command of ['doctor', 'takeover'] as const) {
      const refused = await application.cli(command);
      expect(refused).toMatchObject({ exitCode: 3, output: expect.stringMatching(/KIP-1071\) with members/) });
    }
  });
});
