import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientAccessOf } from '../../../src/app/access/client-access-of.js';
import { askProcess, processAddress } from '../../../src/app/ask-process.js';
import { loadConfig, type Config, type Flags } from '../../../src/app/config.js';
import { defineTopology } from '../../../src/app/define-topology.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { runningProcess } from '../../../src/app/running-process.js';
import { silentLogger } from '../../../src/observability/log.js';
import { createQueryClient } from '../../../src/query/client/query-client.js';
import { GetRequest } from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { string } from '../../../src/serde/primitives.js';
import { systemClock } from '../../../src/util/time.js';
import { writeAccessFile } from '../../support/access/access-file.js';
import { CertificateAuthority } from '../../support/kafka/certificates.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-commands-'));
const authority = new CertificateAuthority(folder, 'test-ca');
const inFolder = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const talk = defineTopology({
  name: 'talk',
  build(builder) {
    builder.table('words', { key: string(), value: string(), store: 'words' });
  },
});
const request = GetRequest.create({ store: 'words', key: 'a' });
let app: MillraceApp;
/** What a command is given, for the process that runs. */
const command = (flags: Flags): Config => loadConfig({}, { host: 'localhost', httpPort: String(app.httpPort), grpcPort: String(app.grpcPort), ...flags }); // prettier-ignore
const bySecret = (): Config => command({ tlsCa: authority.file, accessTokenFile: inFolder('token', 'boss\n') });

beforeAll(async () => {
  const { cert, key } = authority.sign({ name: 'server' });
  const accessFile = join(folder, 'access.json');
  writeAccessFile(accessFile, { boss: ['admin'] });
  const tls = { tlsCert: inFolder('cert.pem', cert), tlsKey: inFolder('cert.key', key) };
  const config = loadConfig({}, { stateDir: join(folder, 'state'), grpcPort: '0', httpPort: '0', accessFile, ...tls });
  app = await openMillrace({ topologies: [talk], config, log: silentLogger });
  await app.applications[0]?.waitUntilRunning();
}, 120_000);
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

describe('a command', () => {
  it('reaches both servers with the authority and the token that its settings name', async () => {
    const record = { topic: 'words', key: Buffer.from('a'), value: Buffer.from('1') };
    await runningProcess(processAddress(bySecret())).send([record]);
    const access = clientAccessOf(bySecret());
    const client = createQueryClient({
      address: `localhost:${app.grpcPort}`,
      access,
      timeoutMs: 60_000,
      clock: systemClock,
    });
    while ((await client.get(request)).record === undefined); // acknowledged records are processed soon
    client.close();
  });

  it('is told what is missing: the authority, the token', async () => {
    const [plain, noToken] = [command({}), command({ tlsCa: authority.file })];
    await expect(askProcess(processAddress(plain), '/api/stores')).rejects.toMatchObject({ code: 'HTTP_FAILED' });
    await expect(askProcess(processAddress(noToken), '/api/stores')).rejects.toMatchObject({ code: 'TOKEN_REQUIRED' });
  });
});
