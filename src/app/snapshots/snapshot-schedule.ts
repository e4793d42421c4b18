import type { Logger } from '../../observability/log.js';
import type { StreamsApplication } from '../../runtime/application.js';
import type { SnapshotStorage } from '../../runtime/snapshot/snapshot-storage.js';
import type { Clock } from '../../util/time.js';

export interface SnapshotScheduleOptions {
  readonly applications: readonly Pick<StreamsApplication, 'applicationId' | 'state' | 'snapshot'>[];
  readonly storage: SnapshotStorage;
  readonly everyMs: number;
  /** Of each task. */
  readonly keep: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Takes snapshots again and again, of what runs at the time. @returns what ends it, after the one under way */
export function scheduleSnapshots({ everyMs, clock, ...options }: SnapshotScheduleOptions): () => Promise<void> {
  const stop = new AbortController();
  const run = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(everyMs, stop.signal);
      if (stop.signal.aborted) return;
      await takeAll(options);
    }
  };
  const running = run();
  return () => {
    stop.abort();
    return running;
  };
}

async function takeAll({
  applications,
  storage,
  keep,
  log,
}: Omit<SnapshotScheduleOptions, 'everyMs' | 'clock'>): Promise<void> {
  for (const application of applications.filter(({ state }) => state === 'RUNNING')) {
    const { applicationId } = application;
    try {
      const taken = await application.snapshot(storage, { keep });
      log.info({ application: applicationId, tasks: taken.length }, 'snapshots taken');
    } catch (error) {
      log.warn({ err: error, application: applicationId }, 'a snapshot failed, the next one is due in time');
    }
  }
}
