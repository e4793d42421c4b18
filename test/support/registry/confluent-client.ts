import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = join(import.meta.dirname, 'confluent_client.py');

/** Where a registry is, and who asks. */
export interface RegistryLogin {
  readonly url: string;
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** Confluent's own client in Python: what it writes, and what it reads. */
export class ConfluentClient {
  constructor(
    private readonly python: string,
    private readonly registry: RegistryLogin,
    private readonly format: 'avro' | 'json' | 'protobuf',
    /** As confluent_client.py takes it. */
    private readonly schema: string,
  ) {}

  async write(topic: string): Promise<Buffer> {
    return Buffer.from((await this.#run(topic, 'write')).trim(), 'hex');
  }

  async read(topic: string, bytes: Buffer): Promise<unknown> {
    return JSON.parse(await this.#run(topic, 'read', bytes.toString('hex')));
  }

  async #run(topic: string, ...action: readonly string[]): Promise<string> {
    const { url, credentials } = this.registry;
    const user = credentials === undefined ? '' : `${credentials.username}:${credentials.password}`;
    const running = promisify(execFile)(this.python, [SCRIPT, url, user, topic, this.format, ...action]);
    running.child.stdin?.end(this.schema);
    return (await running).stdout;
  }
}
