import { httpFailed, sendTo, type ProcessAddress } from './ask-process.js';
import type { OutgoingRecord, RecordSink } from './record-sink.js';

/** Topics of the embedded log of a running process, reached through its HTTP port. */
export function runningProcess(address: ProcessAddress): RecordSink {
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

async function post(address: ProcessAddress, topic: string, records: readonly OutgoingRecord[]): Promise<void> {
  const text = (bytes: Buffer | null): string | null => bytes?.toString() ?? null;
  const lines = records.map(({ key, value }) => `${JSON.stringify({ key: text(key), value: text(value) })}\n`);
  const headers = { 'content-type': 'application/x-ndjson' };
  const path = `/api/topics/${encodeURIComponent(topic)}/records`;
  const response = await sendTo(address, path, { method: 'POST', headers, body: lines.join('') });
  if (!response.ok) throw httpFailed(`${address.host} refused records for topic "${topic}": ${await response.text()}`);
}
