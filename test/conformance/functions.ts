/* The named functions of the vectors' programs, by the definitions in README.md. `A` there is `arg` here. */

/** What a conformance stream carries: string, number, bigint, Buffer, JSON or a windowed key; null is a tombstone. */
export type Datum = unknown;
type Mapper = (value: Datum, arg: string) => Datum;

interface WindowedKey {
  readonly key: Datum;
  readonly start: number;
  readonly end: number;
}

function isWindowed(x: Datum): x is WindowedKey {
  return typeof x === 'object' && x !== null && 'key' in x && 'start' in x && 'end' in x && !Buffer.isBuffer(x);
}

/** The text of anything. */
export function str(x: Datum): string {
  if (x === null || x === undefined) return 'null';
  if (typeof x === 'string') return x;
  if (Buffer.isBuffer(x)) return x.toString('hex');
  if (isWindowed(x)) return `[${str(x.key)}@${x.start}/${x.end}]`;
  return typeof x === 'number' || typeof x === 'bigint' ? String(x) : JSON.stringify(x);
}

/** The number in anything. */
export function num(x: Datum): number {
  if (typeof x === 'number') return Math.trunc(x) + 0; // a long has no negative zero
  if (typeof x === 'bigint') return Number(x);
  const text = str(x);
  return /^-?[0-9]{1,15}$/.test(text) ? Number(text) + 0 : 0;
}

function before(x: Datum, arg: string): string | null {
  const at = str(x).indexOf(arg);
  return at <= 0 ? null : str(x).slice(0, at);
}

function after(x: Datum, arg: string): string | null {
  const at = str(x).indexOf(arg);
  return at < 0 ? null : str(x).slice(at + arg.length);
}

function field(x: Datum, arg: string): string | null {
  if (typeof x !== 'object' || x === null || Buffer.isBuffer(x) || Array.isArray(x)) return null;
  const member = (x as Record<string, unknown>)[arg];
  return member === null || member === undefined ? null : str(member);
}

const first = (x: Datum, count: string): string => str(x).slice(0, Number(count));
const last = (x: Datum, count: string): string => {
  const text = str(x);
  return text.slice(Math.max(0, text.length - Number(count)));
};

/** `IllegalStateException` of the vectors. */
export function boom(arg: string): never {
  throw new Error(`boom: ${arg}`);
}

function modulo(x: Datum, arg: string): number {
  const divisor = Number(arg);
  return ((num(x) % divisor) + divisor) % divisor;
}

const words = (x: Datum): string[] =>
  x === null
    ? []
    : str(x)
        .split(' ')
        .filter((word) => word !== '');

/** Splits `NAME:ARG` and looks the name up. */
export function resolve<F>(table: Readonly<Record<string, F>>, spec: string): { call: F; arg: string } {
  const colon = spec.indexOf(':');
  const name = colon < 0 ? spec : spec.slice(0, colon);
  const call = table[name];
  if (call === undefined) throw new Error(`unknown function "${spec}"`);
  return { call, arg: colon < 0 ? '' : spec.slice(colon + 1) };
}

const notNull =
  (call: Mapper): Mapper =>
  (value, arg) =>
    value === null ? null : call(value, arg);

const valueMappers: Record<string, Mapper> = {
  identity: (v) => v,
  upper: notNull((v) => str(v).toUpperCase()),
  append: notNull((v, arg) => str(v) + arg),
  prefix: notNull((v, arg) => arg + str(v)),
  length: notNull((v) => str(v).length),
  parseLong: notNull((v) => (/^-?[0-9]{1,15}$/.test(str(v)) ? num(v) : null)),
  toInteger: notNull((v) => num(v)),
  toDouble: notNull((v) => num(v) / 2),
  toStr: (v) => str(v),
  null: () => null,
  nullIf: notNull((v, arg) => (str(v) === arg ? null : v)),
  addLong: notNull((v, arg) => num(v) + Number(arg)),
  toJson: notNull((v) => ({ v })),
  field: notNull(field),
  before: notNull(before),
  after: notNull(after),
  throwIf: (v, arg) => (str(v) === arg ? boom(arg) : v),
};

const keyedValueMappers: Record<string, (k: Datum, v: Datum, arg: string) => Datum> = {
  keyValue: (k, v, arg) => (v === null ? null : str(k) + arg + str(v)),
  key: (k) => str(k),
  keyLength: (k) => str(k).length,
};

const selectors: Record<string, (k: Datum, v: Datum, arg: string) => Datum> = {
  key: (k) => k,
  value: (_, v) => v,
  valueStr: (_, v) => (v === null ? null : str(v)),
  valuePrefix: (_, v, arg) => (v === null ? null : first(v, arg)),
  valueLast: (_, v, arg) => (v === null ? null : last(v, arg)),
  valueBefore: (_, v, arg) => (v === null ? null : before(v, arg)),
  valueMod: (_, v, arg) => (v === null ? null : modulo(v, arg)),
  valueField: (_, v, arg) => (v === null ? null : field(v, arg)),
  keyStr: (k) => (k === null ? null : str(k)),
  keyPrefix: (k, _, arg) => (k === null ? null : first(k, arg)),
  keyAppend: (k, _, arg) => (k === null ? null : str(k) + arg),
  constant: (_k, _v, arg) => arg,
  null: () => null,
  windowKey: (k) => (k as WindowedKey).key,
};

const foreignKeysWithKey: Record<string, (k: Datum, v: Datum, arg: string) => Datum> = {
  keyPrefix: (k, _, arg) => (k === null ? null : first(k, arg)),
  keyAfter: (k, _, arg) => (k === null ? null : after(k, arg)),
  keyPlusValue: (k, v, arg) => str(k) + arg + str(v),
};

type Pair = readonly [Datum, Datum];

const pairMappers: Record<string, (k: Datum, v: Datum, arg: string) => Pair> = {
  identity: (k, v) => [k, v],
  swap: (k, v) => [v, k],
  valueToKey: (_, v, arg) => [v === null ? null : arg === '' ? v : first(v, arg), v],
  groupByPrefix: (_, v, arg) => [v === null ? null : first(v, arg), v],
  keyToValue: (k, v) => [k, `${str(k)}=${str(v)}`],
  split: (k, v, arg) => {
    const key = k === null ? null : str(k);
    if (v === null) return [key, null];
    const head = before(v, arg);
    return head === null ? [key, str(v)] : [head, after(v, arg)];
  },
  nullKey: (_, v) => [null, v],
  nullValue: (k) => [k, null],
  groupByValue: (k, v) => [v === null ? null : str(v), k === null ? null : str(k)],
  groupByKeyPrefix: (k, v, arg) => [first(k, arg), v],
  groupByMod: (_, v, arg) => [v === null ? null : modulo(v, arg), v],
  groupByField: (_, v, arg) => [field(v, arg), v],
  windowKey: (k, v) => [(k as WindowedKey).key, v],
};

function duplicate(v: Datum, arg: string): Datum[] {
  return Array.from({ length: Number(arg) }, (_, i) => (v === null ? null : `${str(v)}#${i}`));
}

const flatMappers: Record<string, (k: Datum, v: Datum, arg: string) => Pair[]> = {
  words: (k, v) => words(v).map((word) => [word, str(k)] as const),
  dup: (k, v, arg) => duplicate(v, arg).map((copy) => [k, copy] as const),
  none: () => [],
};

const flatValueMappers: Record<string, (v: Datum, arg: string) => Datum[]> = {
  words: (v) => words(v),
  chars: (v) => (v === null ? [] : str(v).split('')),
  dup: (v, arg) => duplicate(v, arg),
  none: () => [],
};

const predicates: Record<string, (k: Datum, v: Datum, arg: string) => boolean> = {
  true: () => true,
  false: () => false,
  valueStartsWith: (_, v, arg) => v !== null && str(v).startsWith(arg),
  valueContains: (_, v, arg) => v !== null && str(v).includes(arg),
  valueIs: (_, v, arg) => v !== null && str(v) === arg,
  valueLengthGt: (_, v, arg) => v !== null && str(v).length > Number(arg),
  valueEven: (_, v) => v !== null && num(v) % 2 === 0,
  valueGt: (_, v, arg) => v !== null && num(v) > Number(arg),
  valueNotNull: (_, v) => v !== null,
  keyNotNull: (k) => k !== null,
  keyStartsWith: (k, _, arg) => k !== null && str(k).startsWith(arg),
  keyIs: (k, _, arg) => k !== null && str(k) === arg,
  throwIfValue: (_, v, arg) => (str(v) === arg ? boom(arg) : true),
};

const reducers: Record<string, (a: Datum, b: Datum, arg: string) => Datum> = {
  concat: (a, b, arg) => str(a) + arg + str(b),
  removeToken: (a, b, arg) => {
    const tokens = str(a).split(arg);
    const at = tokens.indexOf(str(b));
    return (at < 0 ? tokens : tokens.toSpliced(at, 1)).join(arg);
  },
  concatOrNull: (a, b, arg) => (str(b) === arg ? null : `${str(a)},${str(b)}`),
  sum: (a, b) => num(a) + num(b),
  sub: (a, b) => num(a) - num(b),
  max: (a, b) => Math.max(num(a), num(b)),
  min: (a, b) => Math.min(num(a), num(b)),
  first: (a) => a,
  last: (_, b) => b,
};

const joiners: Record<string, (l: Datum, r: Datum, arg: string) => Datum> = {
  LR: (l, r) => `${str(l)}+${str(r)}`,
  sum: (l, r) => num(l) + num(r),
  left: (l) => l,
  right: (_, r) => r,
  nullIfRight: (l, r, arg) => (str(r) === arg ? null : `${str(l)}+${str(r)}`),
  throwIfRight: (l, r, arg) => (str(r) === arg ? boom(arg) : `${str(l)}+${str(r)}`),
};

export const valueMapper = (spec: string) => bindValue(valueMappers, spec);
export const keyedValueMapper = (spec: string) => bind(keyedValueMappers, spec);
export const foreignKeyWithKey = (spec: string) => bind(foreignKeysWithKey, spec);
export const selector = (spec: string) => bind(selectors, spec);
export const pairMapper = (spec: string) => bind(pairMappers, spec);
export const flatMapper = (spec: string) => bind(flatMappers, spec);
export const flatValueMapper = (spec: string) => bindValue(flatValueMappers, spec);
export const keyedFlatValueMapper = (spec: string) =>
  bind<Datum[]>({ keyWords: (k, v) => words(v).map((word) => `${str(k)}:${word}`) }, spec);
export const predicate = (spec: string) => bind(predicates, spec);
export const reducer = (spec: string) => bind(reducers, spec);
export const joiner = (spec: string) => bind(joiners, spec);

/** The topic of `topicExtractor`: A followed by a part of the record. */
export function topicExtractor(spec: string): (key: Datum, value: Datum) => string {
  const { call, arg } = resolve<(k: Datum, v: Datum) => string>(
    {
      key: (k) => str(k),
      value: (_, v) => str(v),
      keyPrefix1: (k) => first(k, '1'),
      valuePrefix1: (_, v) => first(v, '1'),
    },
    spec,
  );
  return (key, value) => arg + call(key, value);
}

/** Extractors of the vectors that are not built in. */
export const valueAfter = (arg: string) => (record: { value: Datum; timestamp: number }) => {
  const tail = record.value === null ? null : after(record.value, arg);
  return tail !== null && /^-?[0-9]+$/.test(tail) ? Number(tail) : record.timestamp;
};
export const partitionTimePlus = (arg: string) => (_record: unknown, partitionTime: number) =>
  Math.max(partitionTime, 0) + Number(arg);

function bind<R>(
  table: Record<string, (x: Datum, y: Datum, arg: string) => R>,
  spec: string,
): (x: Datum, y: Datum) => R {
  const { call, arg } = resolve(table, spec);
  return (x, y) => call(x, y, arg);
}
function bindValue<R>(table: Record<string, (x: Datum, arg: string) => R>, spec: string): (x: Datum) => R {
  const { call, arg } = resolve(table, spec);
  return (x) => call(x, arg);
}

// -- aggregators -----------------------------------------------------------------------------------------------------

export interface Aggregator {
  init(): Datum;
  adder(aggregate: Datum, value: Datum, key: Datum): Datum;
  subtractor(aggregate: Datum, value: Datum, key: Datum): Datum;
  merger(left: Datum, right: Datum, key: Datum): Datum;
}

interface Extremes {
  min?: number;
  max?: number;
  count: number;
}
const same = (left: Datum, right: Datum): boolean => JSON.stringify(left) === JSON.stringify(right);

const aggregators: Record<string, (arg: string) => Aggregator> = {
  count: () => ({
    init: () => 0,
    adder: (g) => num(g) + 1,
    subtractor: (g) => num(g) - 1,
    merger: (g, h) => num(g) + num(h),
  }),
  sum: () => ({
    init: () => 0,
    adder: (g, v) => num(g) + num(v),
    subtractor: (g, v) => num(g) - num(v),
    merger: (g, h) => num(g) + num(h),
  }),
  concat: () => ({
    init: () => '',
    adder: (g, v) => `${str(g)}+${str(v)}`,
    subtractor: (g, v) => `${str(g)}-${str(v)}`,
    merger: (g, h) => `${str(g)}|${str(h)}`,
  }),
  keyed: () => ({
    init: () => '',
    adder: (g, v, k) => `${str(g)}${str(k)}:${str(v)};`,
    subtractor: (g, v, k) => `${str(g)}${str(k)}!${str(v)};`,
    merger: (g, h, k) => `${str(g)}${str(k)}&${str(h)}`,
  }),
  collect: () => ({
    init: () => [],
    adder: (g, v) => [...(g as Datum[]), v],
    subtractor: (g, v) => {
      const at = (g as Datum[]).findIndex((element) => same(element, v));
      return at < 0 ? g : (g as Datum[]).toSpliced(at, 1);
    },
    merger: (g, h) => [...(g as Datum[]), ...(h as Datum[])],
  }),
  minmax: () => ({
    init: () => ({ count: 0 }),
    adder: (g, v) => mergeExtremes(g as Extremes, { min: num(v), max: num(v), count: 1 }),
    subtractor: (g) => ({ ...(g as Extremes), count: (g as Extremes).count - 1 }),
    merger: (g, h) => mergeExtremes(g as Extremes, h as Extremes),
  }),
  lastOrNull: (arg) => ({
    init: () => '',
    adder: (_, v) => (str(v) === arg ? null : str(v)),
    subtractor: (g) => g,
    merger: (_, h) => h,
  }),
  nullInit: () => ({
    init: () => null,
    adder: (g, v) => `${str(g)}+${str(v)}`,
    subtractor: (g, v) => `${str(g)}-${str(v)}`,
    merger: (g, h) => `${str(g)}|${str(h)}`,
  }),
};

function mergeExtremes(left: Extremes, right: Extremes): Extremes {
  const count = left.count + right.count;
  if (left.min === undefined || left.max === undefined)
    return right.min === undefined ? { count } : { ...right, count };
  if (right.min === undefined || right.max === undefined) return { ...left, count };
  return { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max), count };
}

export function aggregator(spec: string): Aggregator {
  const { call, arg } = resolve(aggregators, spec);
  return call(arg);
}
