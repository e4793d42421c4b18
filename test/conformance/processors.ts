import type { TableTransformer, TransformerContext } from '../../src/processor/ktable/table-transform-values.js';
import type {
  KeyValueStore,
  SessionStore,
  StoreDefinition,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  WindowStore,
} from '../../src/state/store.js';
import { Record, type Processor, type ProcessorContext, type PunctuationType } from '../../src/topology/processor.js';
import { boom, num, resolve, str, type Datum } from './functions.js';

/* The named processors of the vectors' programs, by the definitions in README.md. */

type Context = ProcessorContext;
type Input = Record<Datum, Datum>;
type Step = (record: Input, context: Context, arg: string) => void | Promise<void>;
type Store = KeyValueStore<Datum, Datum>;

const isTimestamped = (value: Datum): value is ValueAndTimestamp<Datum> =>
  typeof value === 'object' && value !== null && 'timestamp' in value;

function bump(store: Store, key: Datum): number {
  const count = num(store.get(key) ?? 0) + 1;
  store.put(key, count);
  return count;
}

function metadataText(context: Context): string {
  const at = context.recordMetadata();
  return at === undefined ? 'none' : `${at.topic}:${at.partition}:${at.offset}`;
}

function lookupText(context: Context, storeName: string, key: Datum): string {
  const found = key === null ? undefined : context.getStateStore<Store>(storeName).get(key);
  if (found === undefined) return 'null';
  return isTimestamped(found) ? `${str(found.value)}@${found.timestamp}` : str(found);
}

async function rangeKeys(record: Input, context: Context, storeName: string): Promise<void> {
  const store = context.getStateStore<Store>(storeName);
  if (record.value === null) store.delete(record.key);
  else store.put(record.key, num(record.value));
  let text = '';
  for await (const [key, value] of store.range(null, record.key)) text += `<${str(key)}=${str(value)}`;
  for await (const [key] of store.reverseAll()) text += `>${str(key)}`;
  context.forward(record.withValue(text));
}

async function isEmpty(entries: AsyncIterable<unknown>): Promise<boolean> {
  for await (const entry of entries) return entry === undefined;
  return true;
}

async function dedup(record: Input, context: Context, arg: string): Promise<void> {
  const [storeName = '', ttl] = arg.split(':');
  const store = context.getStateStore<WindowStore<Datum, Datum>>(storeName);
  const { timestamp } = record;
  const earlier = store.fetchRange(record.key, Math.max(0, timestamp - Number(ttl)), timestamp + Number(ttl));
  if (!(await isEmpty(earlier))) return;
  store.put(record.key, str(record.value), timestamp);
  context.forward(record);
}

function sessionAppend(record: Input, context: Context, arg: string): void {
  const [storeName = '', gap] = arg.split(':');
  const store = context.getStateStore<SessionStore<Datum, Datum>>(storeName);
  const { key, value, timestamp } = record;
  let [start, end] = [timestamp, timestamp];
  const parts: string[] = [];
  for (const found of store.findSessions(key, Math.max(0, timestamp - Number(gap)), timestamp + Number(gap))) {
    store.remove({ key, start: found.startMs, end: found.endMs });
    [start, end] = [Math.min(start, found.startMs), Math.max(end, found.endMs)];
    parts.push(str(found.value));
  }
  const all = [...parts, str(value)].join(',');
  store.put({ key, start, end }, all);
  context.forward(record.withValue(`${start}/${end}=${all}`));
}

function versionedPut({ key, value, timestamp }: Input, context: Context, storeName: string): string {
  const validTo = context.getStateStore<VersionedKeyValueStore<Datum, Datum>>(storeName).put(key, value, timestamp);
  return `${str(value)}@${BigInt(validTo)}`;
}

/** Java's store does not tell here when the version it finds has ended. */
function versionedGet({ key, value, timestamp }: Input, context: Context, arg: string): string {
  const [storeName = '', offset] = arg.split(':');
  const store = context.getStateStore<VersionedKeyValueStore<Datum, Datum>>(storeName);
  const found = store.get(key, timestamp - Number(offset));
  return `${str(value)}/${found === undefined ? 'null' : `${str(found.value)}@${found.timestamp}-`}`;
}

const steps: { readonly [name: string]: Step } = {
  passthrough: (record, context) => {
    context.forward(record);
  },
  drop: () => undefined,
  upper: (record, context) => {
    context.forward(record.withValue(record.value === null ? null : str(record.value).toUpperCase()));
  },
  fanOut: (record, context, arg) => {
    for (let i = 0; i < Number(arg); i++) context.forward(record.withTimestamp(record.timestamp + i));
  },
  addHeader: (record, context, arg) => {
    const at = arg.indexOf('=');
    const header = [arg.slice(0, at), Buffer.from(arg.slice(at + 1))] as const;
    context.forward(record.withHeaders([...record.headers, header]));
  },
  dropHeaders: (record, context) => {
    context.forward(record.withHeaders([]));
  },
  metadata: (record, context) => {
    context.forward(record.withValue(metadataText(context)));
  },
  times: (record, context) => {
    const text = `ts=${record.timestamp},stream=${context.currentStreamTimeMs()},wall=${context.currentSystemTimeMs()}`;
    context.forward(record.withValue(text));
  },
  shiftTimestamp: (record, context, arg) => {
    context.forward(record.withTimestamp(record.timestamp + Number(arg)));
  },
  toChild: (record, context, arg) => {
    context.forward(record, arg);
  },
  throwIf: (record, context, arg) => {
    if (str(record.value) === arg) boom(arg);
    context.forward(record);
  },
  countInStore: (record, context, arg) => {
    if (record.key === null) return;
    context.forward(record.withValue(bump(context.getStateStore<Store>(arg), record.key)));
  },
  rangeKeys: (record, context, arg) => (record.key === null ? undefined : rangeKeys(record, context, arg)),
  dedup: (record, context, arg) => (record.key === null ? undefined : dedup(record, context, arg)),
  sessionAppend: (record, context, arg) => {
    if (record.key !== null) sessionAppend(record, context, arg);
  },
  versionedPut: (record, context, arg) => {
    context.forward(record.withValue(versionedPut(record, context, arg)));
  },
  versionedGet: (record, context, arg) => {
    context.forward(record.withValue(versionedGet(record, context, arg)));
  },
  lookup: (record, context, arg) => {
    context.forward(record.withValue(`${str(record.value)}/${lookupText(context, arg, record.key)}`));
  },
  lookupOfPlainTable: (record, context, arg) => {
    const found = lookupText(context, arg, record.key);
    context.forward(record.withValue(`${str(record.value)}/${found === 'null' ? found : `${found}@-1`}`));
  },
};

class StepProcessor implements Processor {
  #context!: Context;
  readonly #step: Step;
  readonly #arg: string;

  constructor(spec: string) {
    const { call, arg } = resolve(steps, spec);
    this.#step = call;
    this.#arg = arg;
  }
  init(context: Context): void {
    this.#context = context;
  }
  process(record: Input): void | Promise<void> {
    return this.#step(record, this.#context, this.#arg);
  }
}

/** `wallClockEmit:STORE:INTERVAL` and `streamTimeEmit:STORE:INTERVAL`. */
class EmittingCounter implements Processor {
  #store!: Store;

  constructor(
    private readonly type: PunctuationType,
    private readonly arg: string,
  ) {}
  init(context: Context): void {
    const [storeName = '', interval] = this.arg.split(':');
    this.#store = context.getStateStore<Store>(storeName);
    context.schedule(Number(interval), this.type, async (timestamp) => {
      for await (const [key, value] of this.#store.all()) context.forward(new Record(key, value, timestamp));
    });
  }
  process(record: Input): void {
    if (record.key !== null) bump(this.#store, record.key);
  }
}

const emitters: { readonly [name: string]: PunctuationType } = {
  wallClockEmit: 'wallClockTime',
  streamTimeEmit: 'streamTime',
};

/** Makes the processor of a spec such as `countInStore:cnt`; one call per task. */
export function processorSupplier(spec: string): () => Processor {
  const colon = spec.indexOf(':');
  const emitter = emitters[spec.slice(0, colon)];
  if (emitter !== undefined) return () => new EmittingCounter(emitter, spec.slice(colon + 1));
  resolve(steps, spec);
  return () => new StepProcessor(spec);
}

type Transform = (key: Datum, value: Datum, context: TransformerContext, arg: string) => Datum;

const transforms: { readonly [name: string]: Transform } = {
  keyValue: (key, value) => `${str(key)}:${str(value)}`,
  keyValueNotNull: (key, value) => (value === null ? null : `${str(key)}:${str(value)}`),
  countCalls: (key, value, context, arg) => {
    const count = bump(context.getStateStore<Store>(arg), key);
    return value === null ? null : `${str(value)}#${count}`;
  },
};

class StepTransformer implements TableTransformer<Datum, Datum, Datum> {
  #context!: TransformerContext;
  readonly #transform: Transform;
  readonly #arg: string;

  constructor(spec: string) {
    const { call, arg } = resolve(transforms, spec);
    this.#transform = call;
    this.#arg = arg;
  }
  init(context: TransformerContext): void {
    this.#context = context;
  }
  transform(value: Datum, key: Datum): Datum {
    return this.#transform(key, value, this.#context, this.#arg);
  }
}

/** Makes the transformer of a spec such as `countCalls:calls`. */
export function transformerSupplier(spec: string): () => StepTransformer {
  resolve(transforms, spec);
  return () => new StepTransformer(spec);
}

/** The processor of a global store: puts every record in it, with its timestamp where the store keeps one. */
export function storeFiller({ name, ...definition }: StoreDefinition): () => Processor {
  const timestamped = 'timestamped' in definition && definition.timestamped;
  return () => {
    let store: Store | undefined;
    return {
      init: (context) => void (store = context.getStateStore(name)),
      process({ key, value, timestamp }) {
        store?.put(key, timestamped && value !== null ? { value, timestamp } : value);
      },
    };
  };
}
