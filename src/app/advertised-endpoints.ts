import { hostname } from 'node:os';
import type { ClientAccess } from '../query/client/client-access.js';
import type { InstanceEndpoints } from '../runtime/application.js';
import type { ClusterView } from '../runtime/cluster-view.js';
import type { ProcessAddress } from './ask-process.js';
import type { Config } from './config.js';

/** Addresses to listen on that are no address to reach a machine at. */
const WILDCARDS: ReadonlySet<string> = new Set(['', '0.0.0.0', '::', '[::]']);

/** The HTTP servers of the other instances; several may be behind one. @param access how they are called */
export function otherHttpEndpoints(
  cluster: ClusterView | undefined,
  { http }: InstanceEndpoints,
  access: ClientAccess,
): readonly ProcessAddress[] {
  const endpoints = new Set((cluster?.members ?? []).flatMap(({ httpEndpoint }) => httpEndpoint ?? []));
  return [...endpoints].filter((host) => host !== http).map((host) => ({ host, access }));
}

/** Where other processes reach the servers of this one, `host:port`; with port 0 known once they listen. */
export class AdvertisedEndpoints implements InstanceEndpoints {
  grpc: string | undefined;
  http: string | undefined;

  /** @param given where they are reached instead, such as a supervisor's */
  constructor(
    private readonly config: Pick<Config, 'host' | 'advertisedHost' | 'grpcPort' | 'httpPort'>,
    private readonly given: InstanceEndpoints | undefined,
  ) {
    this.listening(config);
  }

  get known(): boolean {
    return this.grpc !== undefined && this.http !== undefined;
  }

  /** The servers listen on these ports. */
  listening({ grpcPort, httpPort }: { readonly grpcPort: number; readonly httpPort: number }): void {
    this.grpc = this.given?.grpc ?? this.#endpoint(grpcPort);
    this.http = this.given?.http ?? this.#endpoint(httpPort);
  }

  #endpoint(port: number): string | undefined {
    if (port === 0) return undefined;
    const { host, advertisedHost } = this.config;
    const reached = advertisedHost ?? (WILDCARDS.has(host) ? hostname() : host);
    return `${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
  }
}
