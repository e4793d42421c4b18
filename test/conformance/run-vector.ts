import type { ErrorPolicies, ErrorResponse } from '../../src/runtime/task/error-policy.js';
import type {
  KeyValueStore,
  SessionStore,
  StateStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  WindowStore,
} from '../../src/state/store.js';
import { NO_END } from '../../src/serde/primitives.js';
import { windowKey } from '../../src/state/changelog/window-format.js';
import type { RawRecord } from '../../src/testing/raw-record.js';
import { TopologyTestDriver } from '../../src/testing/topology-test-driver.js';
import type { BuiltTopology } from '../../src/topology/node.js';
import { MillraceError } from '../../src/util/errors.js';
import type { Headers } from '../../src/util/headers.js';
import { firstDifference } from './first-difference.js';
import { buildProgram } from './program.js';
import { fromVector, topicSerdes } from './serdes.js';
import type { ExpectedRecord, Input, InputRecord, Vector } from './vector.js';

/** What of a vector's expectation does not hold; empty for a pass. */
export type Differences = readonly string[];

const APPLICATION = 'app';
/** Bytes of the sequence number that ends a window's key in a changelog. */
const SEQUENCE_LENGTH = 4;

/** Builds and runs a vector's program and compares all that it expects. */
export async function runVector(vector: Vector): Promise<Differences> {
  const differences = new DifferenceList();
  const { error, internalTopicConfigs, describe } = vector.expected;
  let topology: BuiltTopology;
  try {
    topology = buildProgram(vector);
  } catch (thrown) {
    // Serdes that are missing are known when a program is built, not only when it starts.
    if (
      (error?.phase === 'build' || error?.phase === 'init') &&
      thrown instanceof MillraceError &&
      thrown.kind === 'invalid'
    )
      return [];
    return [`building it threw: ${text(thrown)}`];
  }
  if (error?.phase === 'build') return [`building it should throw: ${error.rootMessage}`];
  if (describe !== undefined) differences.compare('describe', topology.describe(), describe);
  if (internalTopicConfigs !== undefined) {
    differences.compare('internal topic configs', topicConfigs(topology), internalTopicConfigs);
  }
  await runInputs(vector, topology, differences);
  return differences.all;
}

async function runInputs(vector: Vector, topology: BuiltTopology, differences: DifferenceList): Promise<void> {
  const { error } = vector.expected;
  let driver: TopologyTestDriver | undefined;
  const recording = new Recording(vector);
  try {
    driver = await TopologyTestDriver.start(topology, {
      applicationId: APPLICATION,
      cacheMaxBytes: Number(vector.config['statestore.cache.max.bytes']),
      errorPolicies: errorPolicies(vector),
    });
    for (const [at, input] of vector.inputs.entries()) {
      const failed = await feed(driver, vector, input).then(
        () => undefined,
        (thrown: unknown) => ({ thrown }),
      );
      recording.take(driver, at);
      if (failed === undefined) continue;
      if (error?.phase !== 'run' || error.input !== at) throw failed.thrown;
      return;
    }
    if (error !== undefined) differences.add(`it should fail in ${error.phase}: ${error.rootMessage}`);
    await compareStores(vector, driver, differences);
  } catch (thrown) {
    if (error === undefined || error.phase === 'run') differences.add(`running it threw: ${text(thrown)}`);
  } finally {
    recording.compare(differences);
    await driver?.close().catch(() => undefined);
  }
}

function errorPolicies(vector: Vector): ErrorPolicies {
  const deadLetters = vector.config['errors.dead.letter.queue.topic.name'];
  const skip = deadLetters === undefined ? 'skip' : { deadLetter: String(deadLetters) };
  const policy = (name: string): ErrorResponse => (vector.config[name] === 'logAndContinue' ? skip : 'fail');
  return {
    deserialization: policy('deserialization.exception.handler'),
    processing: policy('processing.exception.handler'),
  };
}

async function feed(driver: TopologyTestDriver, vector: Vector, input: Input): Promise<void> {
  if ('advanceWallClockMs' in input) {
    await driver.advanceWallClock(input.advanceWallClockMs);
    return;
  }
  const { topic, timestamp, headers } = input;
  const options = { timestamp, ...(headers !== undefined && { headers: headersOf(headers) }) };
  await driver.pipe(topic, bytesOf(vector, input, 'key'), bytesOf(vector, input, 'value'), options);
}

function bytesOf(vector: Vector, input: InputRecord, part: 'key' | 'value'): Buffer | null {
  const hex = input[`${part}Hex`];
  if (hex !== undefined) return hex === null ? null : Buffer.from(hex, 'hex');
  const serde = topicSerdes(vector.topics, input.topic)[part];
  const value = fromVector(serde.name, input[part]);
  return value === null ? null : serde.serialize(value);
}

function headersOf(headers: readonly (readonly [string, string | null])[]): Headers {
  return headers.map(([name, hex]) => [name, hex === null ? null : Buffer.from(hex, 'hex')] as const);
}

function topicConfigs(topology: BuiltTopology): object {
  return Object.fromEntries(
    topology
      .internalTopics(APPLICATION)
      .map(({ name, type, partitions, configs }) => [
        name,
        { type, ...(partitions !== undefined && { partitions }), config: { ...configs } },
      ]),
  );
}

// -- what was written ------------------------------------------------------------------------------------------------

const hexOf = (bytes: Buffer | null): string | null => (bytes === null ? null : bytes.toString('hex'));

/** Headers of dead letters that tell an error in its language's words. */
const OWN_WORDS = /^__streams\.errors\.(?:exception|message|stacktrace)$/;

const headersForm = (headers: Headers): object =>
  headers.map(([name, bytes]) => [name, OWN_WORDS.test(name) ? '*' : hexOf(bytes)]);

function recordForm({ key, value, timestamp, headers }: RawRecord): object {
  return {
    timestamp: timestamp === -1 ? null : timestamp,
    ...(headers.length > 0 && { headers: headersForm(headers) }),
    keyHex: hexOf(key),
    valueHex: hexOf(value),
  };
}

function withoutDecoded({ timestamp, headers, keyHex, valueHex }: ExpectedRecord): object {
  const shown = headers?.map(([name, hex]) => [name, OWN_WORDS.test(name) ? '*' : hex]);
  return { timestamp, ...(shown && { headers: shown }), keyHex, valueHex };
}

/** Collects what each input caused, by topic. */
class Recording {
  readonly #seen = new Map<string, number>();
  readonly #outputs: Record<string, object[]>[] = [];
  readonly #internal: Record<string, object[]> = {};

  constructor(private readonly vector: Vector) {}

  take(driver: TopologyTestDriver, input: number): void {
    const outputs: Record<string, object[]> = {};
    for (const topic of driver.topics()) {
      const records = driver.records(topic);
      const fresh = records.slice(this.#seen.get(topic) ?? 0).map(recordForm);
      this.#seen.set(topic, records.length);
      if (fresh.length === 0) continue;
      if (!topic.startsWith(`${APPLICATION}-`)) outputs[topic] = fresh;
      else (this.#internal[topic] ??= []).push(...fresh.map((record) => ({ input, ...record })));
    }
    this.#outputs.push(outputs);
  }

  compare(differences: DifferenceList): void {
    const { outputsByInput = [], internalTopics = {} } = this.vector.expected;
    outputsByInput.forEach((expected, at) => {
      const bytesOnly = Object.fromEntries(
        Object.entries(expected).map(([topic, records]) => [topic, records.map(withoutDecoded)]),
      );
      differences.compare(`outputs of input ${at}`, this.#outputs[at] ?? {}, bytesOnly);
    });
    differences.compare('internal topics', this.#internal, internalTopics);
  }
}

// -- stores ----------------------------------------------------------------------------------------------------------

async function compareStores(vector: Vector, driver: TopologyTestDriver, differences: DifferenceList): Promise<void> {
  for (const [name, expected] of Object.entries(vector.expected.stores ?? {})) {
    const store = driver.store(name);
    const changelog = driver.records(`${APPLICATION}-${name}-changelog`);
    const keys = changelog.map(({ key }) => key);
    const found = await storeForm(store, distinct([...keys, ...inputKeys(vector, store)]), changelog);
    differences.compare(`store ${name}`, found, expected);
  }
}

/** Keys of the inputs that may be in a store: where its source topic is its changelog, they are all of them. */
function inputKeys(vector: Vector, { definition }: StateStore): (Buffer | null)[] {
  return vector.inputs.flatMap((input) => {
    const fits = 'topic' in input && topicSerdes(vector.topics, input.topic).key.name === definition.keySerde.name;
    return fits ? [bytesOf(vector, input, 'key')] : [];
  });
}

/** Each key once. */
function distinct(keys: readonly (Buffer | null)[]): readonly Buffer[] {
  const present = keys.filter((key) => key !== null);
  return present.filter((key, at) => present.findIndex((earlier) => earlier.equals(key)) === at);
}

async function storeForm(
  store: StateStore,
  possibleKeys: readonly Buffer[],
  changelog: readonly RawRecord[],
): Promise<object> {
  const { kind } = store.definition;
  if (kind === 'keyValue')
    return { type: kind, entries: await keyValueEntries(store as KeyValueStore<unknown, unknown>) };
  if (kind === 'window') {
    return { type: kind, entries: await windowEntries(store as WindowStore<unknown, unknown>, changelog) };
  }
  if (kind === 'session') return { type: kind, entries: await sessionEntries(store as SessionStore<unknown, unknown>) };
  if (kind === 'versioned') {
    const versioned = store as VersionedKeyValueStore<unknown, unknown>;
    const keys = possibleKeys.map((key): unknown => store.definition.keySerde.deserialize(key, 0, key.length));
    return {
      type: kind,
      entries: keys
        .map((key) => history(versioned, key))
        .filter(hasVersions)
        .sort(byKey),
    };
  }
  return { type: kind };
}

const hasVersions = (entry: { readonly history: readonly unknown[] }): boolean => entry.history.length > 0;

/** The versions of a key, oldest first; a versioned store does not tell its keys. */
function history(store: VersionedKeyValueStore<unknown, unknown>, key: unknown) {
  const versions = [...store.versions(key, -Infinity, Infinity)];
  const shownVersions = versions.map(({ value, timestamp, validTo }) => ({
    value: shown(value),
    timestamp,
    ...(validTo !== undefined && { validTo }),
  }));
  return { key: shown(key), history: shownVersions };
}

interface Entry {
  readonly key: unknown;
  readonly start?: number;
  readonly [member: string]: unknown;
}

async function keyValueEntries(store: KeyValueStore<unknown, unknown>): Promise<object[]> {
  const entries: Entry[] = [];
  for await (const [key, value] of store.all()) entries.push({ key: shown(key), ...valueForm(store, value) });
  return entries.sort(byKey);
}

async function windowEntries(store: WindowStore<unknown, unknown>, changelog: readonly RawRecord[]): Promise<object[]> {
  const entries: Entry[] = [];
  const joinForm = joinRecordForm(store, changelog);
  for await (const { key, startMs, endMs, value } of store.all()) {
    entries.push({
      key: shown(key),
      start: startMs,
      end: endShown(endMs),
      ...valueForm(store, value),
      ...joinForm(key, startMs),
    });
  }
  return entries.sort(byKey);
}

async function sessionEntries(store: SessionStore<unknown, unknown>): Promise<object[]> {
  const entries: Entry[] = [];
  for await (const { key, startMs, endMs, value } of store.all()) {
    entries.push({ key: shown(key), start: startMs, end: endMs, value: shown(value) });
  }
  return entries.sort(byKey);
}

/**
 * Kafka Streams' in-memory stores of joins tell the timestamp of each record, which is its time in the store, and its
 * headers, which the changelog has: the records of one key and time stand there in the same order.
 */
function joinRecordForm(
  { definition }: StateStore,
  changelog: readonly RawRecord[],
): (key: unknown, timestamp: number) => object {
  if (definition.kind !== 'window' || !definition.retainDuplicates || definition.storage !== 'memory') {
    return () => ({});
  }
  const logged = changelog.filter(({ value }) => value !== null);
  return (key, timestamp) => {
    const prefix = windowKey(definition.keySerde.serialize(key), timestamp, 0).subarray(0, -SEQUENCE_LENGTH);
    const at = logged.findIndex((record) => record.key?.subarray(0, -SEQUENCE_LENGTH).equals(prefix));
    const headers = at < 0 ? [] : logged.splice(at, 1).flatMap((record) => record.headers);
    return { timestamp, ...(headers.length > 0 && { headers: headersForm(headers) }) };
  };
}

function valueForm(store: StateStore, value: unknown): object {
  const { definition } = store;
  if (!('timestamped' in definition) || !definition.timestamped) return { value: shown(value) };
  const { value: inner, timestamp } = value as ValueAndTimestamp<unknown>;
  return { value: shown(inner), ...(timestamp >= 0 && { timestamp }) };
}

/** Java's largest long stands as text. */
const endShown = (endMs: number): unknown => (endMs === NO_END ? '9223372036854775807' : endMs);

const shown = (value: unknown): unknown => (Buffer.isBuffer(value) ? value.toString('hex') : value);

function byKey(left: Entry, right: Entry): number {
  return compareKeys(left.key, right.key) || (left.start ?? 0) - (right.start ?? 0);
}

function compareKeys(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (isWindowed(left) && isWindowed(right)) {
    return compareKeys(left.key, right.key) || left.start - right.start || left.end - right.end;
  }
  return (left as string) < (right as string) ? -1 : left === right ? 0 : 1;
}

function isWindowed(key: unknown): key is { readonly key: unknown; readonly start: number; readonly end: number } {
  return typeof key === 'object' && key !== null && 'start' in key;
}

// -- differences -----------------------------------------------------------------------------------------------------

class DifferenceList {
  readonly all: string[] = [];

  add(difference: string): void {
    this.all.push(difference);
  }

  compare(what: string, found: unknown, expected: unknown): void {
    const difference = firstDifference(normal(expected), normal(found));
    if (difference === undefined) return;
    this.add(`${what} ${difference}\n  expected ${text(expected)}\n  found    ${text(found)}`);
  }
}

/** Plain JSON, so that only contents count. */
const normal = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

function text(value: unknown): string {
  if (value instanceof Error) {
    return value.cause instanceof Error ? `${value.message} (${value.cause.message})` : (value.stack ?? value.message);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
