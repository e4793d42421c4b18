import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from './kafka/free-ports.js';

const cli = join(import.meta.dirname, '../../dist/src/cli/main.js');

export interface MillraceProcessOptions {
  readonly args: readonly string[];
  readonly stateDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Of the gRPC and of the HTTP server; default free ones. */
  readonly ports?: readonly [grpc: number, http: number];
  /** File that everything printed is added to. */
  readonly logFile?: string;
}

/** The `millrace` command as a user runs it: a process of its own, from `dist/` (run `npm run build` first). */
export class MillraceProcess {
  #output = '';

  private constructor(
    readonly grpcPort: number,
    readonly httpPort: number,
    private readonly child: ChildProcess,
    logFile: string | undefined,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-200_000);
        if (logFile !== undefined) appendFileSync(logFile, chunk);
      });
    }
  }

  static async start(options: MillraceProcessOptions): Promise<MillraceProcess> {
    if (!existsSync(cli)) throw new Error(`${cli} is missing: npm run build`);
    const [grpcPort = 0, httpPort = 0] = options.ports ?? (await freePorts(2));
    const ports = { GRPC_PORT: String(grpcPort), HTTP_PORT: String(httpPort) };
    const env = { ...process.env, ...ports, STATE_DIR: options.stateDir, ...options.env };
    const child = spawn(process.execPath, [cli, ...options.args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    return new MillraceProcess(grpcPort, httpPort, child, options.logFile);
  }

  /** Everything printed so far (the last 200,000 characters). */
  get output(): string {
    return this.#output;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits until `/readyz` says so. @throws when the process ends before, with what it printed */
  async untilReady(timeoutMs = 60_000): Promise<void> {
    await this.until(async () => (await fetch(`http://127.0.0.1:${this.httpPort}/readyz`)).ok, 'ready', timeoutMs);
  }

  async until(condition: () => Promise<boolean>, what: string, timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await condition().catch(() => false))) {
      if (this.ended) throw new Error(`millrace ended before it was ${what}:\n${this.#output}`);
      if (Date.now() > deadline) throw new Error(`millrace was not ${what} after ${timeoutMs} ms:\n${this.#output}`);
      await sleep(50);
    }
  }

  /** SIGSTOP, SIGCONT: without waiting for anything. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** SIGTERM; gives the exit code. */
  async stop(): Promise<number | null> {
    await this.end('SIGTERM');
    return this.child.exitCode;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.ended) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }
}
