import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A port of loopback that hands everything on to another one, both ways, until it is cut. */
export class TcpProxy {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #server: Server;
  #state: 'open' | 'refusing' | 'silent' = 'open';

  /** @param target port of loopback; may be learnt after the proxy has its own */
  constructor(private readonly target: () => number) {
    this.#server = createServer((client) => {
      this.#accept(client);
    });
  }

  /** Gives the port it listens on. */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Breaks every connection and refuses new ones, until {@link mend}. */
  refuse(): void {
    this.#state = 'refusing';
    for (const pair of this.#pairs) end(pair);
  }

  /** Nothing gets through any more and nobody is told. After {@link mend} what was sent arrives, late. */
  silence(): void {
    this.#state = 'silent';
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  mend(): void {
    this.#state = 'open';
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  async close(): Promise<void> {
    this.refuse();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#state === 'refusing') {
      client.destroy();
      return;
    }
    const server = connect(this.target(), '127.0.0.1');
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.setNoDelay(true);
      from.on('data', (bytes: Buffer) => to.write(bytes));
      from.on('error', () => undefined); // its close follows
      from.once('close', () => {
        this.#pairs.delete(pair);
        end(pair);
      });
    }
    if (this.#state === 'silent') for (const socket of pair) socket.pause();
  }
}

function end(pair: readonly [Socket, Socket]): void {
  for (const socket of pair) socket.destroy();
}
