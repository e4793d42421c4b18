/** One event of a stream of server-sent events. */
export interface ServerSentEvent {
  /** `message` where the stream does not say. */
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

/**
 * Reads the text of `text/event-stream`. The browser's EventSource cannot send a token, so the page reads streams by
 * itself. An event that a closed stream cut short is dropped, as the standard says.
 */
export async function* serverSentEvents(lines: AsyncIterable<string>): AsyncGenerator<ServerSentEvent> {
  let event = 'message';
  let id: string | undefined;
  let data: string[] = [];
  for await (const line of lines) {
    if (line === '') {
      if (data.length > 0) yield { event, id, data: data.join('\n') };
      event = 'message';
      data = [];
      continue;
    }
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
    else if (name === 'id') id = value;
  }
}
