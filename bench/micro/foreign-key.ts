/*
 * A foreign row of many subscribers changes: how long until all are told, what memory that takes, and how long another task of
 * the loop has to pause meanwhile. `node --expose-gc dist/bench/micro/foreign-key.js [SUBSCRIBERS] [FOLDER]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { subscriptionSerde } from '../../src/processor/foreign-key-join/subscription.js';
import { string } from '../../src/serde/primitives.js';
import { systemClock } from '../../src/util/time.js';
import { BenchTask, type BenchRecord } from './bench-task.js';

const SUBSCRIBERS = Number(process.argv[2] ?? 1_000_000);
const BATCH = 10_000;
const REGISTRATIONS = 'bench-fk-subscription-registration-topic';
const ANSWERS = 'bench-fk-subscription-response-topic';

const text = { key: string(), value: string() };
const directory = mkdtempSync(join(process.argv[3] ?? tmpdir(), 'millrace-bench-'));
const megabytes = (): string => `${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`;

const orders = new StreamsBuilder();
orders
  .table('orders', text)
  .join(orders.table('customers', text), (customer) => customer, (_, customer) => customer, { name: 'fk', value: string() }); // prettier-ignore
const pings = new StreamsBuilder();
pings.stream('pings', text).to('pongs', text);

const inputs = ['orders', 'bench-fk-subscription-response-topic', 'customers', REGISTRATIONS];
const joining = await BenchTask.open(orders.build(), inputs, join(directory, 'join'));
const other = await BenchTask.open(pings.build(), ['pings'], join(directory, 'other'));

const key = Buffer.from('c1');
const subscriptions = subscriptionSerde(string(), string());
const subscribed = systemClock.monotonicMs();
for (let from = 0; from < SUBSCRIBERS; from += BATCH) {
  const count = Math.min(BATCH, SUBSCRIBERS - from);
  joining.add(
    REGISTRATIONS,
    Array.from({ length: count }, (_, i) => registration(from + i)),
  );
  await joining.run();
  await joining.commit();
}
print('subscribe', SUBSCRIBERS, systemClock.monotonicMs() - subscribed);

globalThis.gc?.();
const before = megabytes();
const cpuBefore = process.cpuUsage();
const began = systemClock.monotonicMs();
joining.add('customers', [{ key, value: Buffer.from('Ada'), timestamp: SUBSCRIBERS }]);
const told = joining.run();
const state = { done: false };
void told.then(() => (state.done = true));
let [peak, turns, longestPauseMs, lastTurn] = [0, 0, 0, systemClock.monotonicMs()];
while (!state.done) {
  await systemClock.yieldToEventLoop();
  other.add('pings', [{ key, value: key, timestamp: turns++ }]);
  const slice = other.task.process(128);
  if (typeof slice !== 'string') await slice;
  const now = systemClock.monotonicMs();
  longestPauseMs = Math.max(longestPauseMs, now - lastTurn);
  lastTurn = now;
  if (turns % 100 === 0) peak = Math.max(peak, process.memoryUsage().rss);
}
await told;
const cpu = process.cpuUsage(cpuBefore);
print('tell all', joining.collector.sent.get(ANSWERS) ?? 0, systemClock.monotonicMs() - began);
console.log(`${((cpu.user + cpu.system) / SUBSCRIBERS).toFixed(2)} us of CPU per subscriber, the other task included`);
console.log(`memory before ${before}, highest ${(peak / 1e6).toFixed(0)} MB, after ${megabytes()}`);
console.log(`another task had ${turns} turns meanwhile; its longest pause was ${longestPauseMs.toFixed(1)} ms`);
await joining.commit();
await joining.close();
await other.close();
rmSync(directory, { recursive: true });

function registration(i: number): BenchRecord {
  const primaryKey = `order-${String(i).padStart(9, '0')}`;
  const hash = Buffer.alloc(16, i & 0xff);
  const subscription = { hash, instruction: 'subscribeAndAnswerIfFound', primaryKey, primaryPartition: 0 } as const;
  return { key, value: subscriptions.serialize(subscription), timestamp: i };
}

function print(what: string, count: number, ms: number): void {
  console.log(`${what.padEnd(10)} ${count.toLocaleString('en')} in ${(ms / 1_000).toFixed(1)} s`);
}
