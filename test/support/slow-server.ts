import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How the server treats requests. */
export interface Slowness {
  /** How long an answer takes. */
  readonly latencyMs: number;
  /** Every so many requests one is never answered; 0: all are. */
  readonly hangsEvery: number;
}

/** An HTTP server that takes its time: gives the path of each request back, with `!` behind it. */
export class SlowServer {
  /** Requests that came. */
  requests = 0;
  /** Most requests that were open at a time. */
  mostAtOnce = 0;
  #open = 0;
  #port = 0;
  readonly #server: Server;

  private constructor(private readonly slowness: Slowness) {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(slowness: Slowness): Promise<SlowServer> {
    const server = new SlowServer(slowness);
    await server.#listen();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }

  /** Breaks all connections, and takes no others for so long. */
  async goDown(forMs: number): Promise<void> {
    await this.stop();
    await sleep(forMs);
    await this.#listen();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port; // it listens on a port
  }

  async #answer({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { latencyMs, hangsEvery } = this.slowness;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#open);
    response.once('close', () => this.#open--);
    if (hangsEvery > 0 && ++this.requests % hangsEvery === 0) return;
    await sleep(latencyMs);
    response.end(`${url.slice(1)}!`);
  }
}
