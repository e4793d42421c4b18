import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { ClientAccess } from '../../../src/query/client/client-access.js';
import { readTls, type TlsFiles } from '../../../src/query/access/tls-material.js';
import { LOOK_EVERY_MS } from '../../../src/query/access/watched-files.js';
import { outcomeOf, ServedBank } from '../../support/access/served-bank.js';
import { CertificateAuthority } from '../../support/kafka/certificates.js';
import { ManualClock } from '../../support/manual-clock.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
const authority = new CertificateAuthority(folder, 'test-ca');
const stranger = new CertificateAuthority(mkdtempSync(join(folder, 'stranger-')), 'another-ca');
const [first, second] = [authority.sign({ name: 'first' }), authority.sign({ name: 'second' })];
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const files = (clientCa?: string): TlsFiles => ({ cert: file('s.pem', first.cert), key: file('s.key', first.key), clientCa }); // prettier-ignore
let served: ServedBank;

afterEach(() => served.close());
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const list = (access: ClientAccess): Promise<string> =>
  outcomeOf((done) => served.client(access, 'localhost').listStores({ application: '' }, done));

/** Common name of the certificate that the server shows now. */
async function shown(): Promise<string | undefined> {
  const socket = connectTls({ host: '127.0.0.1', port: served.port, ca: authority.pem, servername: 'localhost', ALPNProtocols: ['h2'] }); // prettier-ignore
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return [CN].flat()[0];
}

describe('a server with TLS', () => {
  it('answers who trusts its authority, and nobody in plain text', async () => {
    served = await ServedBank.start({ protection: { tls: files() } });
    expect(await list({ tls: { ca: authority.pem } })).toBe('OK');
    expect(await list({ tls: { ca: stranger.pem } })).toBe('UNAVAILABLE');
    expect(await list({})).toBe('UNAVAILABLE');
  });

  it('answers who shows a certificate of the authority of clients, where there is one', async () => {
    served = await ServedBank.start({ protection: { tls: files(authority.file) } });
    const ca = authority.pem;
    const [own, strange] = [authority.sign({ name: 'client' }), stranger.sign({ name: 'client' })];
    expect(await list({ tls: { ca, cert: own.cert, key: own.key } })).toBe('OK');
    expect(await list({ tls: { ca } })).toBe('UNAVAILABLE');
    expect(await list({ tls: { ca, cert: strange.cert, key: strange.key } })).toBe('UNAVAILABLE');
  });

  it('shows another certificate when the files are others that fit, and keeps the former one otherwise', async () => {
    const clock = new ManualClock();
    const tls = files();
    served = await ServedBank.start({ protection: { tls }, clock });
    expect(await shown()).toBe('first');
    writeFileSync(tls.cert, second.cert); // the key is not its key yet
    await clock.advance(2 * LOOK_EVERY_MS);
    expect(await shown()).toBe('first');
    writeFileSync(tls.key, second.key);
    while ((await shown()) !== 'second') await clock.advance(LOOK_EVERY_MS);
  });

  it('closes a connection that sends no handshake, and goes on', async () => {
    served = await ServedBank.start({ protection: { tls: files() } });
    const socket = connect(served.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
    expect(await list({ tls: { ca: authority.pem } })).toBe('OK');
  });
});

it('a server without TLS closes a connection that begins with a handshake, and goes on', async () => {
  served = await ServedBank.start();
  const socket = connectTls({ host: '127.0.0.1', port: served.port, rejectUnauthorized: false });
  await once(socket, 'error');
  expect(await list({})).toBe('OK');
});

describe('TLS files', () => {
  const [cert, key] = [file('ok.pem', first.cert), file('ok.key', first.key)];
  const gone = join(folder, 'gone.pem');

  it.each([
    [{ cert: gone, key, clientCa: undefined }, /gone\.pem \(TLS_CERT\) cannot be used: .*ENOENT/],
    [{ cert: key, key, clientCa: undefined }, /ok\.key \(TLS_CERT\)/],
    [{ cert, key: cert, clientCa: undefined }, /ok\.pem \(TLS_KEY\)/],
    [{ cert, key: file('other.key', second.key), clientCa: undefined }, /other\.key \(TLS_KEY\) .* not the key of/],
    [{ cert, key, clientCa: key }, /ok\.key \(TLS_CLIENT_CA\)/],
  ])('are refused by name and reason (%#)', async (wrong, message) => {
    served = await ServedBank.start(); // for afterEach
    await expect(readTls(wrong)).rejects.toMatchObject({ code: 'TLS_FILE_INVALID' });
    await expect(readTls(wrong)).rejects.toThrow(message);
  });
});
