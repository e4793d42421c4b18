import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** This folder in the source tree, seen from the project's root, where npm runs scripts. */
const SOURCES = join('test', 'conformance', 'oracle');

/** The program that asks the real Kafka Streams (Java 17 and Maven), built once for each state of its sources. */
export class KafkaStreams {
  private constructor(private readonly classpath: string) {}

  static async build(): Promise<KafkaStreams> {
    const target = join(homedir(), '.cache', 'millrace', `oracle-${hashOfSources()}`);
    const classpathFile = join(target, 'classpath.txt');
    if (!existsSync(classpathFile)) {
      mkdirSync(target, { recursive: true });
      const goals = ['compile', 'dependency:build-classpath', `-Dmdep.outputFile=${classpathFile}`];
      await run('mvn', ['-q', '-B', '-f', join(SOURCES, 'pom.xml'), `-Doracle.target=${target}`, ...goals]);
    }
    return new KafkaStreams([join(target, 'classes'), readFileSync(classpathFile, 'utf8')].join(delimiter));
  }

  /** Runs scenarios (files, or folders of them); the folder gets a vector for each that Kafka Streams could run. */
  async ask(scenarios: readonly string[], folder: string): Promise<void> {
    // RocksDB syncs a good deal, which a file system in memory makes cheap.
    const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    const options = ['-Xss4m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Djava.io.tmpdir=${scratch}`];
    await run('java', [...options, '-cp', this.classpath, 'oracle.Runner', ...scenarios, folder], [0, 1]);
  }
}

/** Writes random scenarios to a folder; the same seed gives the same ones. */
export async function writeScenarios(folder: string, seed: number, count: number, prefix: string): Promise<void> {
  const script = join(SOURCES, 'scenarios', 'random_scenarios.py');
  await run('python3', ['-B', script, folder, String(seed), String(count), prefix]);
}

function hashOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(join(SOURCES, 'pom.xml')));
  const folder = join(SOURCES, 'src');
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (file.endsWith('.java')) hash.update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

/** Runs a command to its end; what it prints goes to the terminal if it fails. */
async function run(command: string, args: readonly string[], expectedCodes: readonly number[] = [0]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== null && expectedCodes.includes(code)) return;
  throw new Error(`${command} ended with ${String(code)}:\n${printed}`);
}
