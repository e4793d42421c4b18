import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * Builds a Java program of the project (Java 17 and Maven), once for each state of its sources, into
 * `~/.cache/millrace/NAME-HASH`; gives its class path. Its pom takes the folder to build into as `-DNAME.target`.
 */
export async function mavenProgram(name: string, folder: string): Promise<string> {
  const target = join(homedir(), '.cache', 'millrace', `${name}-${hashOfSources(folder)}`);
  const classpathFile = join(target, 'classpath.txt');
  if (!existsSync(classpathFile)) {
    mkdirSync(target, { recursive: true });
    const goals = ['compile', 'dependency:build-classpath', `-Dmdep.outputFile=${classpathFile}`];
    await runToEnd('mvn', ['-q', '-B', '-f', join(folder, 'pom.xml'), `-D${name}.target=${target}`, ...goals]);
  }
  return [join(target, 'classes'), readFileSync(classpathFile, 'utf8')].join(delimiter);
}

/** Runs a command to its end; what it printed is thrown if it fails. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  expectedCodes: readonly number[] = [0],
): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== null && expectedCodes.includes(code)) return printed;
  throw new Error(`${command} ended with ${String(code)}:\n${printed}`);
}

function hashOfSources(folder: string): string {
  const hash = createHash('sha256').update(readFileSync(join(folder, 'pom.xml')));
  const sources = join(folder, 'src');
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' }).sort()) {
    if (file.endsWith('.java')) hash.update(readFileSync(join(sources, file)));
  }
  return hash.digest('hex').slice(0, 12);
}
