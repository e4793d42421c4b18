import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface KafkaBrokerOptions {
  readonly nodeId: number;
  readonly port: number;
  readonly controllerPort: number;
  readonly jars: string;
  readonly folder: string;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly heapMb?: number;
  readonly listeners?: readonly KafkaListener[];
}

/** A listener beside the plain one that the brokers use among themselves. */
export interface KafkaListener {
  readonly name: string;
  /** Default: its name. */
  readonly protocol?: string;
  readonly port: number;
  /** The port that clients are told: that of a proxy before this one, say. Default: `port`. */
  readonly advertisedPort?: number;
}

const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg';
const START_TIMEOUT_MS = 90_000;

/** One broker process: broker and controller in one (KRaft). */
export class KafkaBroker {
  private process: ChildProcess | undefined;

  constructor(private readonly options: KafkaBrokerOptions) {}

  get address(): string {
    return `127.0.0.1:${this.options.port}`;
  }

  async format(features: Readonly<Record<string, number>>): Promise<void> {
    await mkdir(this.options.folder, { recursive: true });
    await writeFile(this.configFile, this.configText());
    const asked = Object.entries(features).flatMap(([name, level]) => ['--feature', `${name}=${level}`]);
    const args = ['-cp', this.classPath, 'kafka.tools.StorageTool', 'format', ...asked, '-t', CLUSTER_ID];
    await promisify(execFile)('java', [...args, '-c', this.configFile]);
  }

  async start(): Promise<void> {
    const log = openSync(this.logFile, 'a');
    const heap = [`-Xms128m`, `-Xmx${this.options.heapMb ?? 400}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const args = [...heap, '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', this.classPath, 'kafka.Kafka'];
    const child = spawn('java', [...args, this.configFile], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.process = child;
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    await this.untilListening(child);
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** The data goes away with the folder, so nothing needs to be written out: the end may be hard. */
  async stop(): Promise<void> {
    await this.end('SIGKILL');
  }

  signal(name: NodeJS.Signals): void {
    this.process?.kill(name);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  private async untilListening(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
      if (await listening(this.options.port)) return;
      await sleep(100);
    }
    const log = await readFile(this.logFile, 'utf8');
    throw new Error(`Kafka broker ${this.options.nodeId} did not start:\n${log.split('\n').slice(-20).join('\n')}`);
  }

  private configText(): string {
    const { nodeId, port, controllerPort, folder, listeners = [] } = this.options;
    const all: readonly KafkaListener[] = [{ name: 'PLAINTEXT', port }, ...listeners];
    const listening = all.map((listener) => `${listener.name}://127.0.0.1:${listener.port}`);
    const own = {
      'process.roles': 'broker,controller',
      'node.id': nodeId,
      listeners: [...listening, `CONTROLLER://127.0.0.1:${controllerPort}`].join(','),
      'advertised.listeners': all
        .map((listener) => `${listener.name}://127.0.0.1:${listener.advertisedPort ?? listener.port}`)
        .join(','),
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': ['CONTROLLER:PLAINTEXT']
        .concat(all.map(({ name, protocol }) => `${name}:${protocol ?? name}`))
        .join(','),
      'log.dirs': join(folder, 'data'),
    };
    const lines = Object.entries({ ...own, ...this.options.properties });
    return lines.map(([name, value]) => `${name}=${value}\n`).join('');
  }

  private get classPath(): string {
    return join(this.options.jars, '*');
  }

  private get configFile(): string {
    return join(this.options.folder, 'server.properties');
  }

  private get logFile(): string {
    return join(this.options.folder, 'log');
  }
}

function listening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
  });
}
