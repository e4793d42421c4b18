import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mavenProgram, runToEnd } from '../../support/maven-program.js';

/** This folder in the source tree, seen from the project's root, where npm runs scripts. */
const SOURCES = join('test', 'conformance', 'oracle');

/** The program that asks the real Kafka Streams (Java 17 and Maven), built once for each state of its sources. */
export class KafkaStreams {
  private constructor(private readonly classpath: string) {}

  static async build(): Promise<KafkaStreams> {
    return new KafkaStreams(await mavenProgram('oracle', SOURCES));
  }

  /** Runs scenarios (files, or folders of them); the folder gets a vector for each that Kafka Streams could run. */
  async ask(scenarios: readonly string[], folder: string): Promise<void> {
    // RocksDB syncs a good deal, which a file system in memory makes cheap.
    const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    const options = ['-Xss4m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Djava.io.tmpdir=${scratch}`];
    await runToEnd('java', [...options, '-cp', this.classpath, 'oracle.Runner', ...scenarios, folder], [0, 1]);
  }
}

/** Writes random scenarios to a folder; the same seed gives the same ones. */
export async function writeScenarios(folder: string, seed: number, count: number, prefix: string): Promise<void> {
  const script = join(SOURCES, 'scenarios', 'random_scenarios.py');
  await runToEnd('python3', ['-B', script, folder, String(seed), String(count), prefix]);
}
