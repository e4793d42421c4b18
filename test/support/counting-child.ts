import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../../src/util/time.js';

/** A counting-process.ts that runs, and what it has said so far. */
export class CountingChild {
  readonly #lines: string[] = [];
  readonly #child: ChildProcess;

  constructor(brokers: readonly string[], applicationId: string, stateDir: string, standbys: number) {
    const script = ['--import', './test/support/typescript.js', './test/support/counting-process.ts'];
    const args = [...script, brokers.join(','), applicationId, stateDir, String(standbys)];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    process.once('exit', () => this.#child.kill('SIGKILL'));
    let rest = '';
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      this.#lines.push(...parts);
    });
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Ids of the tasks it runs by what it said last. */
  get tasks(): readonly string[] {
    return (
      this.#held()[0]
        ?.split(' ')
        .filter((id) => id !== '' && !id.endsWith('?')) ?? []
    );
  }

  /** Ids of the replicas it keeps that have caught up. */
  get caughtUp(): readonly string[] {
    return [...(this.#held()[1] ?? '').matchAll(/\((\S+)\)/g)].map(([, id = '']) => id);
  }

  #held(): readonly string[] {
    const last = this.#lines.findLast((line) => line.startsWith('holds '));
    return last?.slice('holds '.length).split(' / ') ?? [];
  }

  async until(condition: () => boolean, what: string, timeoutMs = 60_000): Promise<void> {
    const deadline = systemClock.monotonicMs() + timeoutMs;
    while (!condition()) {
      if (systemClock.monotonicMs() > deadline)
        throw new Error(`not ${what} in time: ${this.#lines.slice(-5).join('\n')}`);
      await systemClock.sleep(10);
    }
  }

  async untilRunning(): Promise<this> {
    await this.until(() => this.#lines.includes('running'), 'running');
    return this;
  }

  /** SIGKILL, or SIGTERM; waits for the end. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exit;
  }
}
