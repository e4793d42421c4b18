import type { BrokerClient, Writer } from '../../../src/broker/client/client.js';
import { partitionForKey } from '../../../src/broker/client/partitioner.js';
import { addTo, oneOf, type ExpectedOutput } from '../../../src/testing/simulation/workload.js';
import { NO_HEADERS } from '../../../src/util/headers.js';
import type { Random } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';

export const PARTITIONS = 4;
const INPUTS = ['words', 'lefts', 'rights'];
export const TOPICS = [...INPUTS, 'word-counts', 'pairs'];

const WORDS = Array.from({ length: 60 }, (_, i) => `word-${i}`);
const KEYS = Array.from({ length: 40 }, (_, i) => `key-${i}`);
const RECORDS_PER_SECOND = 100;
/** Apart by at most this much are joined: as pairs.ts has it. */
const WITHIN_MS = 1_000;

interface Side {
  readonly value: string;
  readonly timestamp: number;
}

/** Feeds both topologies steadily and works out what must come of it, before it is sent. */
export class FaultFeed {
  readonly #counts = new Map<string, string[]>();
  readonly #pairs = new Map<string, string[]>();
  readonly #recent = { lefts: new Map<string, Side[]>(), rights: new Map<string, Side[]>() };
  /** What must come out of everything sent so far. */
  readonly expected: readonly ExpectedOutput[] = [
    { topic: 'word-counts', compare: 'sequence', byKey: this.#counts },
    { topic: 'pairs', compare: 'set', byKey: this.#pairs },
  ];
  sent = 0;
  #stopped = false;
  #writer: Writer | undefined;

  constructor(
    private readonly client: BrokerClient,
    private readonly random: Random,
  ) {}

  /** Resolves when all that was sent by now is acknowledged. @throws what a writer throws that gave records up */
  async acknowledged(): Promise<void> {
    const { sent } = this;
    while (this.#acknowledged() < sent) {
      await this.#writer?.drain();
      await systemClock.sleep(50);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Sends until {@link stop}; resolves when everything is acknowledged. */
  async run(): Promise<void> {
    const writer = (this.#writer = this.client.writer({}));
    await writer.init();
    const send = (topic: string, key: string, value: string, timestamp: number): void => {
      const bytes = Buffer.from(key);
      writer.send(topic, partitionForKey(bytes, PARTITIONS), bytes, Buffer.from(value), timestamp, NO_HEADERS);
    };
    const startMs = systemClock.monotonicMs();
    while (!this.#stopped) {
      const due = ((systemClock.monotonicMs() - startMs) / 1_000) * RECORDS_PER_SECOND;
      for (; this.sent < due; this.sent++) this.#next(send);
      await systemClock.sleep(20);
    }
    await writer.flush();
    await writer.close();
  }

  #acknowledged(): number {
    const partitions = INPUTS.flatMap((topic) => Array.from({ length: PARTITIONS }, (_, at) => [topic, at] as const));
    return partitions.reduce((sum, [topic, at]) => sum + (this.#writer?.acknowledgedOffset(topic, at) ?? 0), 0);
  }

  #next(send: (topic: string, key: string, value: string, timestamp: number) => void): void {
    const now = systemClock.nowMs();
    if (this.random.next() < 0.5) {
      const word = oneOf(this.random, WORDS);
      addTo(this.#counts, word, String((this.#counts.get(word)?.length ?? 0) + 1));
      send('words', `n${this.sent}`, word, now);
      return;
    }
    const topic = oneOf<'lefts' | 'rights'>(this.random, ['lefts', 'rights']);
    const key = oneOf(this.random, KEYS);
    const value = String(this.sent);
    this.#pair(topic, key, { value, timestamp: now });
    send(topic, key, value, now);
  }

  /** Remembers a record of one side, and which of the other it meets. */
  #pair(topic: 'lefts' | 'rights', key: string, side: Side): void {
    const near = (sides: readonly Side[] = []): Side[] =>
      sides.filter(({ timestamp }) => Math.abs(side.timestamp - timestamp) <= WITHIN_MS);
    const others = near(this.#recent[topic === 'lefts' ? 'rights' : 'lefts'].get(key));
    for (const { value } of others)
      addTo(this.#pairs, key, topic === 'lefts' ? `${side.value}+${value}` : `${value}+${side.value}`);
    this.#recent[topic].set(key, [...near(this.#recent[topic].get(key)), side]);
  }
}
