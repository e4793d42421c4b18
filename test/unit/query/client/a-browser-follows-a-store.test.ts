import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { createWebClient, type WatchEvent } from '../../../../src/query/client/web/index.js';

/** As the server sends them: cut anywhere, with a comment and an event of a cursor alone. */
const SENT = [
  'id: c0\n\n: still there\n\nevent: change\nid: c1\ndata: {"record":{"key":"ä","val',
  'ue":1}}\n\nevent: snapshot-end\r\nid: c2\r\ndata: {}\r\n\r\n',
  'event: change\nid: c3\ndata: {"record":{"key":"ä"},"deleted":true}\n\nevent: overflow\nid: c4\ndata: {"dropped":3}\n\n',
];

let server: Server;
let asked: { readonly url: string | undefined; readonly authorization: string | undefined }[];
let closed: Promise<unknown>;
let baseUrl: string;

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push({ url: request.url, authorization: request.headers.authorization });
    closed = once(response, 'close');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const bytes = Buffer.from(SENT.join(''));
    const inTheMiddleOfALetter = bytes.indexOf(0xa4);
    response.write(bytes.subarray(0, inTheMiddleOfALetter));
    response.write(bytes.subarray(inTheMiddleOfALetter));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('a watch over HTTP', () => {
  it('tells changes with the cursors behind them, and ends the request when the loop is left', async () => {
    const client = createWebClient({ baseUrl, token: 'secret' });
    const events: WatchEvent[] = [];
    for await (const event of client.watch('bal/ances', { key: 'ä', snapshot: true, cursor: 'c' })) {
      events.push(event);
      if (event.type === 'overflow') break;
    }
    expect(events).toEqual([
      { type: 'change', key: 'ä', value: 1, deleted: false, cursor: 'c1' },
      { type: 'snapshot-end', cursor: 'c2' },
      { type: 'change', key: 'ä', deleted: true, cursor: 'c3' },
      { type: 'overflow', cursor: 'c4' },
    ]);
    const url = '/api/stores/bal%2Fances/watch?key=%22%C3%A4%22&json=true&snapshot=true&cursor=c';
    expect(asked).toEqual([{ url, authorization: 'Bearer secret' }]);
    await closed;
  });
});

describe('the client for browsers', () => {
  it('needs nothing of Node and no dependency, and is small', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: ['src/query/client/web/index.ts'],
      ...{ bundle: true, platform: 'browser', format: 'esm', minify: true, write: false, metafile: true },
    });
    expect(Object.keys(metafile.inputs).filter((file) => file.includes('node_modules'))).toEqual([]);
    expect(outputFiles[0]!.contents.length).toBeLessThan(8_192);
  });
});
