import { openTaskState } from '../../../state/open-task-state.js';
import type {
  ChangelogWriter,
  KeyValueStore,
  KeyValueStoreDefinition,
  PendingBufferDefinition,
  RecordBuffer,
  RecordBufferDefinition,
  RecordContext,
  SessionStore,
  SessionStoreDefinition,
  StoreContext,
  StoreDefinition,
  VersionedKeyValueStore,
  VersionedStoreDefinition,
  WindowStore,
  WindowStoreDefinition,
} from '../../../state/store.js';
import type { CommittedPositions, TaskState } from '../../../state/task-state.js';
import { long, string } from '../../../serde/primitives.js';
import type { Headers } from '../../../util/headers.js';
import { NO_HEADERS } from '../../../util/headers.js';
import { restoreRecord } from './restore-record.js';

/** Where a contract runs: each way of keeping state has one. */
export interface StoreWorld {
  /** e.g. `leveldb`, `memory`. */
  readonly name: string;
  /** What `definition.storage` says. */
  readonly storage: StoreDefinition['storage'];
  /** Whether state outlives its process. */
  readonly durable: boolean;
  /** A folder of its own for each call; undefined: everything in memory. */
  directory(): string | undefined;
}

/** One record that a store logged. */
export interface LoggedRecord {
  readonly store: string;
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: Headers;
}

/** A task's side of the stores: the record at hand, and everything they logged. */
export class RecordingContext implements StoreContext {
  readonly taskId = '0_0';
  readonly logged: LoggedRecord[] = [];
  expired = 0;
  #streamTimeMs = -1;
  record: RecordContext | undefined = { topic: 'in', partition: 0, offset: 0, timestamp: 0, headers: NO_HEADERS };

  /** A record with this timestamp is processed from now on. */
  at(timestamp: number, headers: Headers = NO_HEADERS): void {
    this.record = { topic: 'in', partition: 0, offset: timestamp, timestamp, headers };
    this.#streamTimeMs = Math.max(this.#streamTimeMs, timestamp);
  }
  /** The task begins again at this stream time. */
  restart(streamTimeMs: number): void {
    this.#streamTimeMs = streamTimeMs;
  }
  streamTimeMs(): number {
    return this.#streamTimeMs;
  }
  recordContext(): RecordContext | undefined {
    return this.record;
  }
  changelog(store: string): ChangelogWriter {
    return {
      log: (key, value, timestamp, headers) => {
        this.logged.push({ store, key: Buffer.from(key), value: value && Buffer.from(value), timestamp, headers });
      },
    };
  }
  onExpired(): void {
    this.expired++;
  }
}

/** A task state in a world. */
export class OpenedState {
  private constructor(
    readonly state: TaskState,
    readonly context: RecordingContext,
    readonly directory: string | undefined,
    readonly definitions: readonly StoreDefinition[],
    private readonly cacheMaxBytes: number,
  ) {}

  static async open(
    world: StoreWorld,
    definitions: readonly StoreDefinition[],
    cacheMaxBytes = 0,
    directory = world.directory(),
    memoryBytes?: number,
  ): Promise<OpenedState> {
    const context = new RecordingContext();
    const state = await openTaskState({ directory, definitions, context, cacheMaxBytes, memoryBytes });
    return new OpenedState(state, context, directory, definitions, cacheMaxBytes);
  }

  keyValue<K, V>(name = 'store'): KeyValueStore<K, V> {
    return this.state.stores.get(name) as KeyValueStore<K, V>; // the case declared it
  }

  window<K, V>(name = 'store'): WindowStore<K, V> {
    return this.state.stores.get(name) as WindowStore<K, V>; // the case declared it
  }

  session<K, V>(name = 'store'): SessionStore<K, V> {
    return this.state.stores.get(name) as SessionStore<K, V>; // the case declared it
  }

  versioned<K, V>(name = 'store'): VersionedKeyValueStore<K, V> {
    return this.state.stores.get(name) as VersionedKeyValueStore<K, V>; // the case declared it
  }

  recordBuffer<K, V>(name = 'store'): RecordBuffer<K, V> {
    return this.state.stores.get(name) as RecordBuffer<K, V>; // the case declared it
  }

  /** Flushes the caches, then commits as the runtime does. */
  async commit(positions: CommittedPositions = NO_POSITIONS): Promise<void> {
    while (this.state.flushCaches(1000) > 0);
    this.state.freeze();
    await this.state.apply(positions);
  }

  /** Closes without commit and opens again what is on disk. */
  async reopen(world: StoreWorld): Promise<OpenedState> {
    await this.state.close();
    return OpenedState.open(world, this.definitions, this.cacheMaxBytes, this.directory);
  }

  /** A new state, with one of its stores filled from what it has logged here. */
  async restored(world: StoreWorld, name = 'store'): Promise<OpenedState> {
    const fresh = await OpenedState.open(world, this.definitions, this.cacheMaxBytes);
    const restorer = fresh.state.restorer(name);
    const { logged } = this.context;
    for (const record of logged) restoreRecord(restorer, record);
    fresh.context.logged.push(...logged);
    await restorer.flush({ topicId: 't', leaderEpoch: 0, offset: logged.length });
    await this.state.close();
    return fresh;
  }
}

const NO_POSITIONS: CommittedPositions = { changelogs: new Map(), inputs: new Map() };

/** A key-value store of strings named `store`, logged, not cached; fields as given. */
export function keyValueDefinition(
  world: StoreWorld,
  more: Partial<KeyValueStoreDefinition> = {},
): KeyValueStoreDefinition {
  return {
    kind: 'keyValue',
    name: 'store',
    keySerde: string(),
    valueSerde: string(),
    storage: world.storage,
    caching: false,
    logging: { topicConfig: {} },
    timestamped: false,
    ...more,
  };
}

/** A window store of strings named `store`, windows of 10 ms kept for 100 s; fields as given. */
export function windowDefinition(world: StoreWorld, more: Partial<WindowStoreDefinition> = {}): WindowStoreDefinition {
  return {
    kind: 'window',
    name: 'store',
    keySerde: string(),
    valueSerde: string(),
    storage: world.storage,
    caching: false,
    logging: { topicConfig: {} },
    timestamped: false,
    retentionMs: 100_000,
    windowSizeMs: 10,
    retainDuplicates: false,
    ...more,
  };
}

/** A session store of strings named `store`, sessions kept for 100 s; fields as given. */
export function sessionDefinition(
  world: StoreWorld,
  more: Partial<SessionStoreDefinition> = {},
): SessionStoreDefinition {
  return {
    kind: 'session',
    name: 'store',
    keySerde: string(),
    valueSerde: string(),
    storage: world.storage,
    caching: false,
    logging: { topicConfig: {} },
    retentionMs: 100_000,
    ...more,
  };
}

/** A versioned store of strings named `store`, history kept for 100 s in segments of 20 s; fields as given. */
export function versionedDefinition(
  world: StoreWorld,
  more: Partial<VersionedStoreDefinition> = {},
): VersionedStoreDefinition {
  return {
    kind: 'versioned',
    name: 'store',
    keySerde: string(),
    valueSerde: string(),
    storage: world.storage,
    caching: false,
    logging: { topicConfig: {} },
    historyRetentionMs: 100_000,
    segmentIntervalMs: 20_000,
    ...more,
  };
}

/** A buffer of records of strings named `store`, logged; it is in memory in every world. */
export function recordBufferDefinition(): RecordBufferDefinition {
  return {
    kind: 'recordBuffer',
    name: 'store',
    keySerde: string(),
    valueSerde: string(),
    storage: 'memory',
    caching: false,
    logging: { topicConfig: {} },
  };
}

/** A buffer of awaited records of strings named `store`, logged; it is in memory in every world. */
export function pendingBufferDefinition(): PendingBufferDefinition {
  return {
    kind: 'pendingBuffer',
    name: 'store',
    keySerde: long(),
    valueSerde: string(),
    storage: 'memory',
    caching: false,
    logging: { topicConfig: {} },
  };
}

/** Everything a scan gives. */
export async function collect<T>(scan: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of scan) all.push(item);
  return all;
}
