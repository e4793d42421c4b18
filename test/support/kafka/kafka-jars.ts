import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const pom = join(dirname(fileURLToPath(import.meta.url)), 'pom.xml');

/**
 * The folder with a Kafka version's jars, fetched once by Maven into `~/.cache/millrace/kafka-VERSION`. Several processes
 * may ask at once: each fetches into a folder of its own and the first to be done gives its name.
 */
export async function kafkaJars(version: string): Promise<string> {
  const cache = join(homedir(), '.cache', 'millrace');
  const jars = join(cache, `kafka-${version}`);
  if (await exists(jars)) return jars;
  await mkdir(cache, { recursive: true });
  const fetched = await mkdtemp(`${jars}-`);
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
  await run('mvn', ['-q', '-B', '-f', pom, goal, `-Dkafka.version=${version}`, `-DoutputDirectory=${fetched}`]);
  try {
    await rename(fetched, jars);
  } catch (error) {
    await rm(fetched, { recursive: true, force: true });
    if (!(await exists(jars))) throw error;
  }
  return jars;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
