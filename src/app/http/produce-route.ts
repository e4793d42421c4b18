import type { FastifyInstance } from 'fastify';
import type { OutgoingRecord } from '../../connect/generator/feed.js';
import type { RecordSink } from '../record-sink.js';
import { FOR_ADMINS } from './route-roles.js';
import { invalid } from '../../util/errors.js';

/** Of one request; commands send some hundred records at a time. */
const MAX_BODY_BYTES = 64 * 1_024 * 1_024;

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
  const route = { ...FOR_ADMINS, bodyLimit: MAX_BODY_BYTES };
  server.post<{ Params: { topic: string }; Body: unknown }>('/api/topics/:topic/records', route, async (request) => {
    const { topic } = request.params;
    if (typeof request.body !== 'string') throw invalid('BAD_RECORD_LINE', 'the body is not application/x-ndjson');
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
