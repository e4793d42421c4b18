import { httpSink } from '../../../src/connect/http/http-sink.js';
import type { ContractValue, SinkWorld } from '../../../src/testing/contract/sink/index.js';
import { CollectingServer, type Collected } from './collecting-server.js';

interface Sent {
  readonly id: string;
  readonly key: string;
  readonly value: ContractValue | null;
}

const POISON = 'not taken';

/** A server that takes each id once, as the receiver of an idempotent sink does, and none of a request with poison in it. */
export function httpWorld(per: 'record' | 'batch'): SinkWorld {
  return {
    name: `http, per ${per}`,
    guarantee: 'idempotent',
    shape: 'log',
    poison: { key: 'poison', value: { serial: 1, text: POISON } },
    async destination() {
      const server = await CollectingServer.start();
      const taken = new Map<string, Sent>();
      server.reply = ({ body }: Collected) => {
        const all = [body].flat() as Sent[];
        if (all.some(({ value }) => value?.text === POISON)) return { status: 422 };
        for (const one of all) if (!taken.has(one.id)) taken.set(one.id, one);
        return { status: 200, text: '{}' };
      };
      return {
        sink: (fault) =>
          httpSink<string, ContractValue>({
            url: server.url,
            per,
            async fetch(...request) {
              fault.step();
              return fetch(...request);
            },
          }),
        read: () => Promise.resolve([...taken.values()].map(({ key, value }) => [key, value])),
        dispose: () => server.stop(),
      };
    },
  };
}
