import type { Clock } from '../../util/time.js';
import type { Position } from '../gen/millrace/query/v1/record.js';
import type { Call } from '../call.js';
import type { Queries } from '../query-methods.js';
import { isUnavailable } from './patience.js';
import { merged } from './point-reads.js';
import type { StoreCall } from './store-call.js';

/** A message of a scan: rows under the name `F`, and a position in the last. */
export type Rows<F extends string> = { readonly [N in F]: readonly unknown[] } & {
  readonly position: Position | undefined;
};

/** What a scan is of, beside its store. */
export interface Scan<F extends string, M extends Rows<F>> {
  readonly field: F;
  /** 0: all. */
  readonly limit: number;
  readonly open: (queries: Queries, limit: number, call: Call) => AsyncIterable<M>;
}

/** A stream whose first message has come. */
interface Begun<M> {
  readonly first: IteratorResult<M, unknown>;
  readonly rest: AsyncIterator<M>;
}

/**
 * The rows of all tasks, in the order of partitions, then one position of all. A task whose instance does not answer is waited
 * for before its first row; a stream that breaks later ends as unavailable.
 */
export async function* scanAll<F extends string, M extends Rows<F>>(
  call: StoreCall,
  scan: Scan<F, M>,
): AsyncGenerator<M> {
  yield* scanStages(call, [await call.tasks()], scan);
}

/** As {@link scanAll}, for the rows of one key: those of the task that likely has them, else those of the others. */
export async function* scanKey<F extends string, M extends Rows<F>>(
  call: StoreCall,
  key: unknown,
  scan: Scan<F, M>,
): AsyncGenerator<M> {
  yield* scanStages(call, call.stagesFor(await call.tasks(), key), scan);
}

async function* scanStages<F extends string, M extends Rows<F>>(
  call: StoreCall,
  stages: readonly (readonly string[])[],
  scan: Scan<F, M>,
): AsyncGenerator<M> {
  const ends: M[] = [];
  let taken = 0;
  for (const tasks of stages) {
    for (let index = 0; index < tasks.length && (scan.limit === 0 || taken < scan.limit);) {
      const left = scan.limit === 0 ? 0 : scan.limit - taken;
      const { begun, count } = await begin(call, tasks, index, (queries, part) => scan.open(queries, left, part));
      index += count;
      for await (const message of messages(begun)) {
        taken += message[scan.field].length;
        if (message.position) ends.push(message);
        if (message[scan.field].length > 0) yield { ...message, position: undefined };
      }
    }
    if (taken > 0) break;
  }
  const [last] = ends;
  if (last) yield { ...last, [scan.field]: [], position: merged(ends) };
}

/** Opens the scan of the next tasks that one instance runs; if it does not answer, that of the next task, by whoever has it. */
async function begin<M>(
  call: StoreCall,
  tasks: readonly string[],
  index: number,
  open: (queries: Queries, call: Call) => AsyncIterable<M>,
): Promise<{ readonly begun: Begun<M>; readonly count: number }> {
  const ask = (queries: Queries, part: Call): Promise<Begun<M>> =>
    firstOf((signal) => open(queries, { ...part, signal, deadlineMs: call.deadlineMs }), part, call.clock);
  const run = call.runFrom(tasks, index);
  try {
    return { begun: await call.askOwner(run, ask), count: run.length };
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return { begun: await call.askHolders(run[0] ?? '', ask, error), count: 1 };
  }
}

/** Opens a stream whose first message has to be there at the deadline; the others come as fast as the client takes them. */
async function firstOf<M>(
  open: (signal: AbortSignal) => AsyncIterable<M>,
  { signal, deadlineMs = Infinity }: Call,
  clock: Clock,
): Promise<Begun<M>> {
  const late = new AbortController();
  const stopWaiting = clock.schedule(Math.max(0, deadlineMs - clock.nowMs()), () => {
    late.abort();
  });
  try {
    const rest = open(AbortSignal.any([late.signal, ...(signal ? [signal] : [])]))[Symbol.asyncIterator]();
    return { first: await rest.next(), rest };
  } finally {
    stopWaiting();
  }
}

async function* messages<M>({ first, rest }: Begun<M>): AsyncGenerator<M> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
