import { MillraceError, messageOf } from '../util/errors.js';
import type { OutgoingRecord, RecordSink } from './record-sink.js';

/**
 * Topics of the embedded log of a running process, reached through its HTTP port.
 * @param address `host:port`
 */
export function runningProcess(address: string): RecordSink {
  return {
    async send(records) {
      for (const topic of new Set(records.map((record) => record.topic))) {
        await post(
          address,
          topic,
          records.filter((record) => record.topic === topic),
        );
      }
    },
  };
}

async function post(address: string, topic: string, records: readonly OutgoingRecord[]): Promise<void> {
  const text = (bytes: Buffer | null): string | null => bytes?.toString() ?? null;
  const lines = records.map(({ key, value }) => `${JSON.stringify({ key: text(key), value: text(value) })}\n`);
  const url = `http://${address}/api/topics/${encodeURIComponent(topic)}/records`;
  let response: Response;
  try {
    const headers = { 'content-type': 'application/x-ndjson' };
    response = await fetch(url, { method: 'POST', headers, body: lines.join('') });
  } catch (error) {
    throw failed(`nothing answers at ${address}: ${messageOf(error)}`, error);
  }
  if (!response.ok) throw failed(`${address} refused records for topic "${topic}": ${await response.text()}`);
}

function failed(message: string, cause?: unknown): MillraceError {
  return new MillraceError({
    code: 'HTTP_FAILED',
    kind: 'unavailable',
    message,
    hint: 'Start the process with `millrace run`, or set HOST and HTTP_PORT, or name Kafka with --brokers.',
    cause,
  });
}
