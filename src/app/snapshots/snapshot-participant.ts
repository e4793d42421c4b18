import type { StreamsApplication } from '../../runtime/application.js';
import type { SnapshotManifest } from '../../runtime/snapshot/snapshot-manifest.js';
import type { DrainedTasks } from '../../runtime/snapshot/state-snapshots.js';
import { askProcess, type ProcessAddress } from '../ask-process.js';
import { openSnapshotStorage } from './snapshot-storage.js';

/** How one instance takes its snapshots. */
export interface OwnSnapshotRequest {
  /** Path or URL of the storage, as the instance reaches it. */
  readonly to: string;
  /** Of each task so many are kept; undefined: all. */
  readonly keep?: number;
  /** Only if the instance is at rest. */
  readonly drained?: boolean;
}

/** An instance of an application, in this process or in another, as far as snapshots go. */
export interface SnapshotParticipant {
  snapshot(request: OwnSnapshotRequest): Promise<readonly SnapshotManifest[]>;
  /** Sources wait for so long from now on; 0: no longer. */
  holdSources(forMs: number): Promise<void>;
  drained(): Promise<DrainedTasks>;
}

type Snapshots = Pick<StreamsApplication, 'snapshot' | 'holdSources' | 'releaseSources' | 'drained'>;

/** An instance of this process. */
export function localParticipant(application: Snapshots): SnapshotParticipant {
  return {
    snapshot: ({ to, ...options }) => application.snapshot(openSnapshotStorage(to), options),
    holdSources(forMs) {
      if (forMs > 0) application.holdSources(forMs);
      else application.releaseSources();
      return Promise.resolve();
    },
    drained: () => application.drained(),
  };
}

/** An instance of another process. */
export function remoteParticipant(address: ProcessAddress, applicationId: string): SnapshotParticipant {
  const path = `/api/state/${encodeURIComponent(applicationId)}`;
  return {
    // as: both are answered by the same version
    snapshot: async (request) =>
      (await (await askProcess(address, `${path}/snapshots`, request)).json()) as SnapshotManifest[],
    drained: async () => (await (await askProcess(address, `${path}/drained`)).json()) as DrainedTasks,
    async holdSources(forMs) {
      await askProcess(address, `${path}/sources`, { holdMs: forMs });
    },
  };
}
