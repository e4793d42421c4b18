import type { FastifyInstance } from 'fastify';
import type { OutgoingRecord } from '../../connect/generator/feed.js';
import type { RecordSink } from '../record-sink.js';
import { invalid } from '../../util/errors.js';

/** One line of the body: key and value as text, or null. */
interface Line {
  readonly key: string | null;
  readonly value: string | null;
}

/**
 * `POST /api/topics/:topic/records`: JSON lines `{"key": text | null, "value": text | null}`; answers how many were
 * written, once they are acknowledged. `millrace produce` and `generate` use it to reach the embedded log.
 */
export function addProduceRoute(server: FastifyInstance, topics: RecordSink): void {
  server.addContentTypeParser('application/x-ndjson', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  server.post<{ Params: { topic: string }; Body: string }>('/api/topics/:topic/records', async (request) => {
    const { topic } = request.params;
    const lines = request.body.split('\n').filter((line) => line !== '');
    const records = lines.map((line, index) => toRecord(topic, line, index + 1));
    await topics.send(records);
    return { written: records.length };
  });
}

function toRecord(topic: string, line: string, number: number): OutgoingRecord {
  const { key, value } = parse(line, number);
  return { topic, key: key === null ? null : Buffer.from(key), value: value === null ? null : Buffer.from(value) };
}

function parse(line: string, number: number): Line {
  try {
    const parsed: unknown = JSON.parse(line);
    if (isLine(parsed)) return parsed;
  } catch {
    // Told below, with the number of the line.
  }
  throw invalid('BAD_RECORD_LINE', `line ${number} is not {"key": text or null, "value": text or null}`);
}

function isLine(value: unknown): value is Line {
  return typeof value === 'object' && value !== null && isText(value, 'key') && isText(value, 'value');
}

function isText(line: object, name: 'key' | 'value'): boolean {
  const part: unknown = (line as Partial<Line>)[name];
  return part === null || typeof part === 'string';
}
