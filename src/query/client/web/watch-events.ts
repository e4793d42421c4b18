import { lines } from './text-lines.js';

/** What a watch tells; `cursor` is where to go on behind it. */
export type WatchEvent<K = unknown, V = unknown> =
  | { readonly type: 'change'; readonly key: K; readonly value: V; readonly deleted: false; readonly cursor: string }
  | { readonly type: 'change'; readonly key: K; readonly deleted: true; readonly cursor: string }
  | { readonly type: 'snapshot-end'; readonly cursor: string }
  | { readonly type: 'overflow'; readonly cursor: string };

interface SentChange {
  readonly record?: { readonly key?: unknown; readonly value?: unknown };
  readonly deleted?: boolean;
}

/** Reads server-sent events; comments, and events of a cursor alone, are passed over. */
export async function* watchEvents<K, V>(body: ReadableStream<Uint8Array>): AsyncGenerator<WatchEvent<K, V>> {
  let [type, data, cursor] = ['', '', ''];
  for await (const line of lines(body)) {
    if (line === '') {
      const event = eventOf<K, V>(type, data, cursor);
      if (event) yield event;
      [type, data] = ['', ''];
      continue;
    }
    const [, field = '', text = ''] = /^(\w*):? ?(.*)$/.exec(line) ?? [];
    if (field === 'event') type = text;
    else if (field === 'data') data += text;
    else if (field === 'id') cursor = text;
  }
}

function eventOf<K, V>(type: string, data: string, cursor: string): WatchEvent<K, V> | undefined {
  if (type === 'snapshot-end' || type === 'overflow') return { type, cursor };
  if (type !== 'change') return undefined;
  const { record = {}, deleted = false } = JSON.parse(data) as SentChange; // as: proto JSON of a Change
  const key = record.key as K; // the caller's word, here and below
  return deleted ? { type, key, deleted, cursor } : { type, key, value: record.value as V, deleted, cursor };
}
