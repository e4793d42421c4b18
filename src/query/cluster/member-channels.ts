import type { Clock } from '../../util/time.js';
import type { ClusterMember } from '../../runtime/cluster-view.js';
import type { ClientAccess } from '../client/client-access.js';
import type { RemoteQueries } from '../client/remote-queries.js';
import { remoteQueries } from '../client/remote-queries.js';
import type { Queries } from '../query-methods.js';

/** Connections to other instances, one for each endpoint, opened at the first query. */
export class MemberChannels {
  readonly #open = new Map<string, RemoteQueries>();

  /** @param access how the instances are called */
  constructor(
    private readonly clock: Clock,
    private readonly access: ClientAccess = {},
  ) {}

  /** The queries of an instance; undefined of one that has not told where it is. */
  queriesOf({ endpoint }: Pick<ClusterMember, 'endpoint'>): Queries | undefined {
    if (endpoint === undefined) return undefined;
    const known = this.#open.get(endpoint);
    if (known) return known.queries;
    const opened = remoteQueries(endpoint, this.clock, this.access);
    this.#open.set(endpoint, opened);
    return opened.queries;
  }

  /** Closes the connections to all but these. */
  keep(members: readonly Pick<ClusterMember, 'endpoint'>[]): void {
    const kept = new Set(members.map(({ endpoint }) => endpoint));
    for (const [endpoint, remote] of this.#open) {
      if (kept.has(endpoint)) continue;
      this.#open.delete(endpoint);
      remote.close();
    }
  }

  close(): void {
    this.keep([]);
  }
}
