import { askProcess, processAddress, type ProcessAddress } from '../ask-process.js';
import { openBroker, type Surroundings } from '../broker.js';
import type { Config } from '../config.js';
import { applicationLag, type ApplicationLag, type LagReader } from './application-lag.js';

/** What tells the lag of applications, until closed. */
export interface OpenLag {
  readonly read: LagReader;
  close(): Promise<void>;
}

/** Of Kafka where the configuration has brokers, else of the embedded log of the running process on this machine. */
export async function openLag(config: Config, surroundings: Surroundings): Promise<OpenLag> {
  if (!config.brokers) return { read: remoteLag(processAddress(config)), close: () => Promise.resolve() };
  const broker = await openBroker(config, surroundings);
  const client = broker.client('millrace-lag');
  return { read: (request) => applicationLag(client, request), close: () => broker.close() };
}

function remoteLag(address: ProcessAddress): LagReader {
  return async ({ applicationId, topics }) => {
    const query = new URLSearchParams(topics.map((topic): [string, string] => ['topic', topic]));
    const path = `/api/lag/${encodeURIComponent(applicationId)}?${query.toString()}`;
    return (await (await askProcess(address, path)).json()) as ApplicationLag; // as: written by the same version
  };
}
