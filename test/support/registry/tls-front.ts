import { once } from 'node:events';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CertificateAuthority } from '../kafka/certificates.js';

/** Serves an HTTP server of this machine under TLS, to those who show a certificate of an authority. */
export class TlsFront {
  private constructor(private readonly server: Server) {}

  static async start(authority: CertificateAuthority, port: number): Promise<TlsFront> {
    const { cert, key } = authority.sign({ name: 'registry' });
    const tls = { cert, key, ca: authority.pem, requestCert: true, rejectUnauthorized: true };
    const server = createServer(tls, (incoming, outgoing) => {
      const { method, url, headers } = incoming;
      const passedOn = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(passedOn);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsFront(server);
  }

  get origin(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }
}
