import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { SignJWT, type JWTPayload } from 'jose';
import { silentLogger } from '../../../src/observability/log.js';
import { Access, type AccessSettings } from '../../../src/query/access/access.js';
import { LOOK_EVERY_MS } from '../../../src/query/access/watched-files.js';
import { writeAccessFile } from '../../support/access/access-file.js';
import { MANUAL_CLOCK_START, ManualClock } from '../../support/manual-clock.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-access-'));
const file = join(folder, 'access.json');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const clock = new ManualClock();
const open = (settings: AccessSettings): Promise<Access> => Access.open(settings, clock, silentLogger);
/** The caller's name, or why there is none. */
async function admitted(access: Access, token: string | undefined, role: 'query' | 'admin' = 'query'): Promise<string> {
  try {
    return (await access.admit(token === undefined ? undefined : `Bearer ${token}`, role)).name;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('tokens of a file', () => {
  it('name their caller, and allow what its roles say; admin allows all', async () => {
    writeAccessFile(file, { reader: ['query'], boss: ['admin'], stranger: ['teller'] });
    const access = await open({ file });
    expect(await admitted(access, 'reader')).toBe('reader');
    expect(await admitted(access, 'reader', 'admin')).toBe('ROLE_REQUIRED');
    expect(await admitted(access, 'boss', 'admin')).toBe('boss');
    expect(await admitted(access, 'boss')).toBe('boss');
    expect(await admitted(access, 'stranger')).toBe('ROLE_REQUIRED');
    access.close();
  });

  it.each([undefined, '', 'two words', 'Reader', 'reader2', 'a.b.c'])('are not guessed: %s', async (token) => {
    writeAccessFile(file, { reader: ['query'] });
    const access = await open({ file });
    expect(await admitted(access, token)).toMatch(/^TOKEN_(REQUIRED|INVALID)$/);
    access.close();
  });

  it('are those of the file as it is now; one that is wrong changes nothing', async () => {
    writeAccessFile(file, { old: ['query'] });
    const access = await open({ file });
    writeAccessFile(file, { another: ['query'] });
    while ((await admitted(access, 'another')) !== 'another') await clock.advance(LOOK_EVERY_MS);
    expect(await admitted(access, 'old')).toBe('TOKEN_INVALID');
    writeFileSync(file, '{');
    await clock.advance(3 * LOOK_EVERY_MS);
    expect(await admitted(access, 'another')).toBe('another');
    access.close();
  });

  it.each([
    ['{', /JSON/],
    ['{"tokens":[{"name":"a","sha256":"00","roles":["query"]}]}', /tokens\.0\.sha256: expected 64 hexadecimal digits/],
    ['{"tokens":[{"name":"a","token":"secret"}]}', /tokens\.0/],
    ['{"stores":[{"store":"s","roles":["*"]}]}', /no tokens/],
  ])('are refused with what is wrong: %s', async (text, message) => {
    writeFileSync(file, text);
    await expect(open({ file })).rejects.toMatchObject({ code: 'ACCESS_FILE_INVALID' });
    await expect(open({ file })).rejects.toThrow(message);
  });
});

describe('a JWT', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = join(folder, 'key.pem');
  writeFileSync(pem, publicKey.export({ type: 'spki', format: 'pem' }));
  const jwks = join(folder, 'jwks.json');
  writeFileSync(jwks, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256' }] }));
  const now = MANUAL_CLOCK_START / 1_000;
  const claims = { iss: 'me', aud: 'millrace', sub: 'ann', exp: now + 3_600, roles: ['query'] };
  const sign = (payload: JWTPayload, key: KeyObject | Uint8Array = privateKey, alg = 'RS256'): Promise<string> =>
    new SignJWT(payload).setProtectedHeader({ alg, kid: 'one' }).sign(key);
  const jwt = { issuer: 'me', audience: 'millrace', rolesClaim: 'roles' };

  it.each([pem, jwks])('is taken when a key of the issuer signed it: %s', async (keys) => {
    const access = await open({ jwt: { ...jwt, keys } });
    const token = await sign(claims);
    expect(await admitted(access, token)).toBe('ann');
    expect(access.admit(`Bearer ${token}`, 'query')).toEqual({ name: 'ann', roles: ['query'] }); // remembered: at once
    expect(await admitted(access, token, 'admin')).toBe('ROLE_REQUIRED');
  });

  it.each([
    ['another issuer', { iss: 'you' }, 'TOKEN_INVALID'],
    ['another audience', { aud: 'you' }, 'TOKEN_INVALID'],
    ['no end', { exp: undefined }, 'TOKEN_INVALID'],
    ['its end behind it', { exp: now - 60 }, 'TOKEN_EXPIRED'],
    ['no roles', { roles: undefined }, 'ROLE_REQUIRED'],
  ])('is refused with %s', async (_, change, code) => {
    const access = await open({ jwt: { ...jwt, keys: pem } });
    expect(await admitted(access, await sign({ ...claims, ...change }))).toBe(code);
  });

  it('is refused when another key signed it, when the public key is taken for a secret, and unsigned', async () => {
    const access = await open({ jwt: { ...jwt, keys: pem } });
    const other = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
    const secret = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }));
    const unsigned = [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    expect(await admitted(access, await sign(claims, other))).toBe('TOKEN_INVALID');
    expect(await admitted(access, await sign(claims, secret, 'HS256'))).toBe('TOKEN_INVALID');
    expect(await admitted(access, `${unsigned.join('.')}.`)).toBe('TOKEN_INVALID');
  });

  it('is no longer remembered when it has expired', async () => {
    const access = await open({ jwt: { ...jwt, keys: pem } });
    const token = await sign({ ...claims, exp: clock.nowMs() / 1_000 + 20 });
    expect(await admitted(access, token)).toBe('ann');
    await clock.advance(30_000);
    expect(await admitted(access, token)).toBe('TOKEN_EXPIRED');
  });

  it('has its roles where the claim says, as a list or as text', async () => {
    const access = await open({ jwt: { ...jwt, keys: pem, rolesClaim: 'realm_access.roles' } });
    const token = await sign({ ...claims, realm_access: { roles: 'query admin' } });
    expect(await admitted(access, token, 'admin')).toBe('ann');
  });

  it('needs keys that can be read', async () => {
    await expect(open({ jwt: { ...jwt, keys: file } })).rejects.toMatchObject({ code: 'TOKEN_KEYS_INVALID' });
    const access = await open({ jwt: { ...jwt, keys: 'http://127.0.0.1:9/jwks' } });
    expect(await admitted(access, await sign(claims))).toBe('TOKEN_KEYS_UNAVAILABLE');
  });
});
