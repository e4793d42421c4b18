import { invalid } from '../../util/errors.js';
import type { MetadataResponse } from '../client/protocol.js';
import type { BrokerAddress } from './kafkajs-internals.js';

/** Where the brokers are: the bootstrap servers, and the nodes that answers have named. */
export class ClusterAddresses {
  private readonly bootstrap: readonly BrokerAddress[];
  private readonly nodes = new Map<number, BrokerAddress>();
  private readonly moved: (node: number) => void;

  /** @param moved called when a node has another address than before */
  constructor(bootstrap: readonly BrokerAddress[], moved: (node: number) => void) {
    this.bootstrap = bootstrap;
    this.moved = moved;
  }

  /** Where to look for a node, in order of preference; `any` also tries the nodes. */
  of(node: number | 'any'): readonly BrokerAddress[] {
    if (node === 'any') return [...this.bootstrap, ...this.nodes.values()];
    const address = this.nodes.get(node);
    return address ? [address] : [];
  }

  /** Takes the nodes of a Metadata answer, or one coordinator. */
  learn(brokers: MetadataResponse['brokers']): void {
    for (const { nodeId, host, port } of brokers) {
      const known = this.nodes.get(nodeId);
      if (known?.host === host && known.port === port) continue;
      this.nodes.set(nodeId, { host, port });
      if (known) this.moved(nodeId);
    }
  }
}

/**
 * Reads `host:port` addresses; an IPv6 host stands in brackets.
 * @throws MillraceError `INVALID_BROKER_ADDRESS`
 */
export function parseAddresses(brokers: readonly string[]): BrokerAddress[] {
  const hint = 'Give KAFKA_BROKERS as host:port, several separated by commas.';
  if (brokers.length === 0) throw invalid('INVALID_BROKER_ADDRESS', 'No broker address is given', { hint });
  return brokers.map((text) => {
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(text.trim()) ?? [];
    const host = bracketed ?? plain;
    const port = Number(digits);
    if (host !== undefined && port > 0 && port < 65_536) return { host, port };
    throw invalid('INVALID_BROKER_ADDRESS', `"${text}" is not a broker's address`, { hint });
  });
}
