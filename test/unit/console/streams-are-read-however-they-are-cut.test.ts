import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { serverSentEvents, type ServerSentEvent } from '../../../src/console/page/api/server-sent-events.js';
import { textLines } from '../../../src/console/page/api/text-lines.js';

/** The bytes of a text, cut where it is told. */
async function* cut(text: string, places: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    yield await Promise.resolve(bytes.slice(start, end));
    start = end;
  }
}

async function eventsOf(text: string): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  for await (const event of serverSentEvents(textLines(cut(text, [3, 11])))) events.push(event);
  return events;
}

describe('lines of a body', () => {
  it('are whole, wherever the network cuts them, letters of several bytes too', async () => {
    const lines = fc.array(
      fc.string({ unit: 'grapheme' }).map((line) => line.replace(/[\r\n]/g, '')),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat(1_000)), async (written, places) => {
        const read: string[] = [];
        for await (const line of textLines(cut(written.map((line) => `${line}\n`).join(''), places))) read.push(line);
        expect(read).toEqual(written);
      }),
    );
  });
});

describe('server-sent events', () => {
  it('have a name, an id and data of several lines', async () => {
    expect(await eventsOf('event: change\nid: 7\ndata: {"a":\ndata: 1}\n\n')).toEqual([
      { event: 'change', id: '7', data: '{"a":\n1}' },
    ]);
  });

  it('are messages by default; comments and pings are none', async () => {
    expect(await eventsOf(': ping\n\ndata:x\r\n\r\n')).toEqual([{ event: 'message', id: undefined, data: 'x' }]);
  });

  it('are dropped when the stream ends inside of one', async () => {
    expect(await eventsOf('data: a\n\ndata: b')).toHaveLength(1);
  });
});
