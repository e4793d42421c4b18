import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { avro } from '../../src/serde/index.js';
import { CertificateAuthority } from '../support/kafka/certificates.js';
import { Apicurio } from '../support/registry/apicurio.js';
import { prepared, schemasOf } from '../support/registry/registry-serdes.js';
import { TlsFront } from '../support/registry/tls-front.js';

type Login = Parameters<typeof schemasOf>[0];

let folder: string;
let apicurio: Apicurio;
let authority: CertificateAuthority;
let front: TlsFront;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-registry-'));
  authority = new CertificateAuthority(folder, 'test-ca');
  apicurio = await Apicurio.start();
  front = await TlsFront.start(authority, apicurio.port);
});
afterAll(async () => {
  await front.stop();
  await apicurio.stop();
  rmSync(folder, { recursive: true });
});

/** Registers a schema; gives the first byte of what is written by it. */
async function register(login: Login): Promise<number | undefined> {
  const schemas = schemasOf(login);
  try {
    return (await prepared(avro.serde(avro.string()), 'secret', 'write', schemas)).serialize('x')[0];
  } finally {
    await schemas.close();
  }
}

const overHttp = (credentials: Login['credentials']): Login => ({ urls: [apicurio.url], credentials });
const overTls = (tls: Login['tls']): Login => {
  const urls = [front.origin + new URL(apicurio.url).pathname];
  return { urls, credentials: { token: apicurio.token(600) }, tls };
};

describe('a registry', () => {
  it('takes a user and a password, or a token', async () => {
    expect(await register(overHttp(apicurio.credentials))).toBe(0);
    expect(await register(overHttp({ token: apicurio.token(600) }))).toBe(0);
  });

  it('takes a certificate under TLS', async () => {
    const { cert, key } = authority.sign({ name: 'millrace' });
    expect(await register(overTls({ ca: authority.pem, cert, key }))).toBe(0);
  });

  it.each<[string, () => Login['credentials']]>([
    ['a wrong password', () => ({ username: 'alice', password: 'wrong' })],
    ['a token that has expired', () => ({ token: apicurio.token(-60) })],
    ['a token of somebody else', () => ({ token: 'e30.e30.e30' })],
    ['nothing', () => undefined],
  ])('refuses %s, and the error names the settings', async (_, credentials) => {
    await expect(register(overHttp(credentials()))).rejects.toMatchObject({
      code: 'SCHEMA_REGISTRY_UNAUTHORIZED',
      kind: 'invalid',
      message: expect.stringMatching(
        /^the schema registry at http:\/\/127\.0\.0\.1:\d+ answers 401 to POST \/subjects/,
      ),
      hint: expect.stringMatching(/SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD, or SCHEMA_REGISTRY_TOKEN/),
    });
  });

  it.each<[string, () => Login['tls'], RegExp]>([
    ['no certificate is shown', () => ({ ca: authority.pem }), /certificate required|handshake failure|ECONNRESET/],
    ['its authority is not trusted', () => ({ ...authority.sign({ name: 'millrace' }) }), /certificate|issuer/],
  ])('is not reached when %s, and the error says to look at TLS', async (_, tls, why) => {
    await expect(register(overTls(tls()))).rejects.toMatchObject({
      code: 'SCHEMA_REGISTRY_UNAVAILABLE',
      message: expect.stringMatching(why),
      hint: expect.stringContaining('TLS settings'),
    });
  });
});
