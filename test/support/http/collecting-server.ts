import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface Collected {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** What a server answers; `undefined`: nothing, ever. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** A real HTTP server that keeps what it is sent, and answers as it is told; 204 by default. */
export class CollectingServer {
  readonly requests: Collected[] = [];
  reply: (request: Collected) => Reply | undefined = () => ({ status: 204 });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((incoming, outgoing) => {
      void incoming.toArray().then((chunks: Buffer[]) => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
        const request = { method: incoming.method, headers: incoming.headers, body };
        this.requests.push(request);
        const reply = this.reply(request);
        if (reply !== undefined) outgoing.writeHead(reply.status, reply.headers).end(reply.text);
      });
    });
  }

  static async start(): Promise<CollectingServer> {
    const server = new CollectingServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/records`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
