import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mavenProgram } from './maven-program.js';

const SOURCES = join('test', 'java-handover');

export interface JavaHandoverOptions {
  readonly brokers: readonly string[];
  readonly applicationId: string;
  /** Begins the names of the topics. */
  readonly prefix: string;
  readonly stateDir: string;
  /** Default `classic`. */
  readonly groupProtocol?: 'classic' | 'streams';
}

/** The application of test/java-handover by Kafka Streams for Java, in a process of its own. */
export class JavaHandover {
  #output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-100_000);
      });
    }
  }

  /** Starts it and waits until it runs. */
  static async start(options: JavaHandoverOptions): Promise<JavaHandover> {
    const { brokers, applicationId, prefix, stateDir, groupProtocol = 'classic' } = options;
    const classpath = await mavenProgram('handover', SOURCES);
    const java = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
    const args = [brokers.join(','), applicationId, prefix, stateDir, groupProtocol];
    const child = spawn('java', [...java, '-cp', classpath, 'handover.Main', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    const application = new JavaHandover(child);
    while (!application.#output.includes('state RUNNING\n')) {
      if (application.ended) throw new Error(`the Java application ended:\n${application.#output}`);
      await sleep(50);
    }
    return application;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Closes it as a stop of its process does; it stays a member of its group. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.ended) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }
}
