import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { requestCodecs } from '../../../../src/broker/kafka/request-codecs.js';
import { WireWriter } from '../../../../src/broker/kafka/wire-writer.js';

/** One request as it stands on the wire. */
export interface Received {
  readonly apiKey: number;
  readonly version: number;
  /** What follows the header. */
  readonly body: Buffer;
  /** Which connection of this broker, from 1. */
  readonly connection: number;
}

/** The body of an answer; undefined to leave the request without one. */
export type Answer = (request: Received) => Buffer | undefined;

const API_VERSIONS = 18;

/** A peer that speaks just enough of Kafka's protocol to misbehave as told. */
export class FakeBroker {
  readonly received: Received[] = [];
  connections = 0;
  /** How far the versions it offers go. */
  maxVersion = 99;
  answer: Answer;
  /** Whether it answers the first request of a connection. */
  greets = true;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(answer: Answer) {
    this.answer = answer;
    this.server = createServer((socket) => {
      this.accept(socket);
    });
  }

  static async listen(answer: Answer, port = 0): Promise<FakeBroker> {
    const broker = new FakeBroker(answer);
    broker.server.listen(port, '127.0.0.1');
    await once(broker.server, 'listening');
    return broker;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  disconnectAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.disconnectAll();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(socket: Socket): void {
    const connection = ++this.connections;
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
        const end = 4 + bytes.readInt32BE(0);
        this.receive(socket, connection, bytes.subarray(0, end));
        bytes = bytes.subarray(end);
      }
    });
  }

  private receive(socket: Socket, connection: number, frame: Buffer): void {
    const [apiKey, version, correlationId] = [frame.readInt16BE(4), frame.readInt16BE(6), frame.readInt32BE(8)];
    const bodyStart = 12 + 2 + frame.readInt16BE(12) + 1;
    const request = { apiKey, version, body: Buffer.from(frame.subarray(bodyStart)), connection };
    let body: Buffer | undefined;
    if (apiKey === API_VERSIONS) {
      body = this.greets ? this.apiVersions() : undefined;
    } else {
      this.received.push(request);
      const answer = this.answer(request);
      body = answer && Buffer.concat([Buffer.from([0]), answer]);
    }
    if (!body) return;
    const head = Buffer.alloc(8);
    head.writeInt32BE(body.length + 4, 0);
    head.writeInt32BE(correlationId, 4);
    socket.write(Buffer.concat([head, body]));
  }

  private apiVersions(): Buffer {
    const writer = new WireWriter().int16(0);
    writer.array(Object.values(requestCodecs), ({ apiKey }) => {
      writer.int16(apiKey).int16(0).int16(this.maxVersion).endStruct();
    });
    return writer.int32(0).endStruct().finish();
  }
}

/** An answer to Heartbeat. */
export function heartbeatAnswer(errorCode: number): Buffer {
  return new WireWriter().int32(0).int16(errorCode).endStruct().finish();
}

/** An answer to Metadata that names one node. */
export function metadataAnswer(nodeId: number, port: number): Buffer {
  const writer = new WireWriter().int32(0);
  writer.array([nodeId], () => writer.int32(nodeId).string('127.0.0.1').int32(port).string(null).endStruct());
  writer.string(null).int32(nodeId);
  return writer
    .array([], () => undefined)
    .endStruct()
    .finish();
}
