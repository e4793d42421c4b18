import { isDeepStrictEqual } from 'node:util';
import type { SnapshotManifest } from '../../runtime/snapshot/snapshot-manifest.js';
import { invalid, MillraceError } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import type { OwnSnapshotRequest, SnapshotParticipant } from './snapshot-participant.js';

export interface SnapshotRequest extends OwnSnapshotRequest {
  /** Take a cut of the whole application: hold its sources back until nothing is on its way between tasks. */
  readonly pause?: boolean;
  /** How long sources are held back at most. Default 60,000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
const LOOK_MS = 50;

/**
 * Takes snapshots of an application: of the tasks of these instances.
 * @throws MillraceError `SNAPSHOT_NOT_READY`, and of a cut `SNAPSHOT_NOT_WHOLE`, `SNAPSHOT_NOT_DRAINED`
 */
export async function takeSnapshots(
  instances: readonly SnapshotParticipant[],
  { pause = false, ...request }: SnapshotRequest,
  clock: Clock,
): Promise<readonly SnapshotManifest[]> {
  return pause ? takeCut(instances, request, clock) : snapshotEach(instances, request);
}

/**
 * A snapshot of every task such that what one has sent another has taken. The sources wait for as long as that takes, and
 * while the snapshots are written.
 */
async function takeCut(
  instances: readonly SnapshotParticipant[],
  { timeoutMs = TIMEOUT_MS, to, keep }: SnapshotRequest,
  clock: Clock,
): Promise<readonly SnapshotManifest[]> {
  const deadline = clock.monotonicMs() + timeoutMs;
  try {
    await each(instances, (instance) => instance.holdSources(timeoutMs));
    for (;;) {
      const manifests = (await areDrained(instances))
        ? await trySnapshots(instances, { to, keep, drained: true })
        : undefined;
      if (manifests !== undefined) return manifests;
      if (clock.monotonicMs() >= deadline) throw notDrained(timeoutMs);
      await clock.sleep(LOOK_MS);
    }
  } finally {
    await each(instances, (instance) => instance.holdSources(0));
  }
}

/**
 * Whether all are at rest at one time: they were asked one after the other, so what one has sent another in between would show
 * in where the repartition topics end when all are asked again.
 */
async function areDrained(instances: readonly SnapshotParticipant[]): Promise<boolean> {
  const first = await each(instances, (instance) => instance.drained());
  if (!first.every(({ drained }) => drained)) return false;
  const tasks = new Set(first.flatMap((instance) => instance.tasks));
  const others = new Set(first.flatMap(({ allTasks }) => allTasks.filter((task) => !tasks.has(task))));
  if (others.size > 0) throw notWhole([...others]);
  const second = await each(instances, (instance) => instance.drained());
  return second.every(({ drained, ends }, index) => drained && isDeepStrictEqual(ends, first[index]?.ends));
}

/** Undefined when something was on its way again, which a punctuator has sent. */
async function trySnapshots(
  instances: readonly SnapshotParticipant[],
  request: OwnSnapshotRequest,
): Promise<readonly SnapshotManifest[] | undefined> {
  try {
    return await snapshotEach(instances, request);
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'SNAPSHOT_NOT_READY') return undefined;
    throw error;
  }
}

async function snapshotEach(
  instances: readonly SnapshotParticipant[],
  request: OwnSnapshotRequest,
): Promise<readonly SnapshotManifest[]> {
  return (await each(instances, (instance) => instance.snapshot(request))).flat();
}

function each<T>(
  instances: readonly SnapshotParticipant[],
  ask: (instance: SnapshotParticipant) => Promise<T>,
): Promise<T[]> {
  return Promise.all(instances.map(ask));
}

function notWhole(others: readonly string[]): MillraceError {
  return invalid('SNAPSHOT_NOT_WHOLE', `other instances run tasks ${others.join(', ')}`, {
    hint: 'A cut takes all instances: name the HTTP addresses of all with --instances.',
  });
}

function notDrained(timeoutMs: number): MillraceError {
  return new MillraceError({
    code: 'SNAPSHOT_NOT_DRAINED',
    kind: 'unavailable',
    message: `the application was not at rest within ${timeoutMs} ms, its sources held back`,
    hint: 'Give it longer with --timeout; a topology whose punctuators write all the time never rests.',
  });
}
