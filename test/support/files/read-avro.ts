import avsc from 'avsc';
import { avro } from '../../../src/serde/avro/avro.js';
import type { AvroSchema } from '../../../src/serde/avro/avro-schema.js';

/** The rows that avsc's own decoder of containers finds in a file. Rejects at one that is cut off. */
export function readAvro<T>(file: Buffer, schema: AvroSchema<T>): Promise<T[]> {
  const { deserialize } = avro.bare(schema);
  const decoder = new avsc.streams.BlockDecoder({ noDecode: true });
  const rows: T[] = [];
  return new Promise((resolve, reject) => {
    decoder.on('metadata', (_type: unknown, _codec: unknown, { sync }: { readonly sync: Buffer }) => {
      if (!file.subarray(-sync.length).equals(sync)) reject(new Error('the file is cut off'));
    });
    decoder.on('data', (bytes: Buffer) => rows.push(deserialize(bytes, 0, bytes.length)));
    decoder.on('end', () => {
      resolve(rows);
    });
    decoder.on('error', reject);
    decoder.end(file);
  });
}
