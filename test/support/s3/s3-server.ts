import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { s3Storage } from '../../../src/connect/s3/s3-storage.js';
import { S3Client } from '../../../src/connect/s3/s3-client.js';
import { cachedPython } from '../cached-folder.js';
import { freePorts } from '../kafka/free-ports.js';

const START_TIMEOUT_MS = 120_000;
const ACCESS = { region: 'us-east-1', credentials: { accessKeyId: 'one', secretAccessKey: 'two' } };

/** Keys of all objects whose keys begin so. */
export async function objectKeys(client: S3Client, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let after = '';
  for (;;) {
    const query = { 'list-type': '2', prefix, 'start-after': after };
    const { body } = await client.send({ method: 'GET', key: '', query });
    const found = [...body.toString().matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => key);
    if (found.length === 0) return keys;
    keys.push(...found);
    after = found.at(-1) ?? '';
  }
}

/** Rows of JSON Lines in all objects whose keys begin so: each object is whole. */
export async function objectRows<Row>(client: S3Client, prefix: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const key of await objectKeys(client, prefix)) {
    const text = (await client.send({ method: 'GET', key })).body.toString();
    if (!text.endsWith('\n')) throw new Error(`${key} is cut off`);
    const lines = text.slice(0, -1).split('\n');
    rows.push(...lines.map((line) => JSON.parse(line) as Row)); // as the sink wrote them
  }
  return rows;
}

/** A server that speaks S3 (moto), which keeps all in memory. */
export class S3Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly endpoint: string,
  ) {}

  static async start(): Promise<S3Server> {
    const python = await cachedPython('s3-server-1', ['moto[server]==5.2.5']);
    const [port = 0] = await freePorts(1);
    const child = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    process.once('exit', () => child.kill('SIGKILL'));
    const server = new S3Server(child, `http://127.0.0.1:${port}`);
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (child.exitCode === null && Date.now() < deadline) {
      if (await server.#answers()) return server;
      await sleep(200);
    }
    await server.stop();
    throw new Error('the S3 server did not start');
  }

  /** An empty bucket. */
  async createBucket(bucket: string): Promise<S3Client> {
    const { region, credentials } = ACCESS;
    const client = new S3Client({ bucketUrl: `${this.endpoint}/${bucket}`, region, credentials: () => credentials });
    await client.send({ method: 'PUT', key: '' });
    return client;
  }

  /** What AWS's clients, and Millrace, read of the environment. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_REGION: ACCESS.region,
      AWS_ENDPOINT_URL_S3: this.endpoint,
      AWS_ACCESS_KEY_ID: ACCESS.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ACCESS.credentials.secretAccessKey,
    };
  }

  storage(bucket: string, prefix = ''): ReturnType<typeof s3Storage> {
    return s3Storage({ bucket, prefix, endpoint: this.endpoint, ...ACCESS });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  #answers(): Promise<boolean> {
    return fetch(this.endpoint).then(
      () => true,
      () => false,
    );
  }
}
