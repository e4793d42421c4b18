import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileSink } from '../../src/connect/files/file-sink.js';
import type { S3Client } from '../../src/connect/s3/s3-client.js';
import { s3Storage } from '../../src/connect/s3/s3-storage.js';
import {
  sinkContract,
  type ContractRow,
  type ContractValue,
  type SinkWorld,
} from '../../src/testing/contract/sink/index.js';
import { faulty } from '../support/files/file-world.js';
import { objectRows, S3Server } from '../support/s3/s3-server.js';

let server: S3Server;
beforeAll(async () => {
  server = await S3Server.start();
});
afterAll(() => server.stop());

let buckets = 0;
async function emptyBucket(): Promise<{ bucket: string; client: S3Client }> {
  const bucket = `bucket-${String(buckets++)}`;
  return { bucket, client: await server.createBucket(bucket) };
}

async function readRows(client: S3Client): Promise<ContractRow[]> {
  const rows = await objectRows<{ key: string; value: ContractValue }>(client, 'base/date=');
  return rows.map(({ key, value }): ContractRow => [key, value]);
}

const world: SinkWorld = {
  name: 'files in S3',
  guarantee: 'exactly-once',
  shape: 'log',
  async destination() {
    const { bucket, client } = await emptyBucket();
    return {
      sink: (fault) =>
        fileSink<string, ContractValue>({ to: faulty(server.storage(bucket, 'base'), fault), roll: { rows: 15 } }),
      read: () => readRows(client),
      dispose: () => Promise.resolve(),
    };
  },
};

describe('sinks', () => {
  it.each(sinkContract(world))('to files in S3: $name', ({ run }) => run());
});

describe('an object store', () => {
  it('gives back a file that was written in parts, which nobody saw before', async () => {
    const { bucket } = await emptyBucket();
    const storage = server.storage(bucket);
    const file = await storage.create('folder/large file');
    const parts = [1, 2, 3].map((fill) => Buffer.alloc(6 << 20, fill));
    for (const part of parts) await file.append(part);
    expect(await storage.list('folder')).toEqual([]);
    await file.finish();
    expect((await storage.read('folder/large file')).equals(Buffer.concat(parts))).toBe(true);
    const abandoned = await storage.create('folder/abandoned');
    await abandoned.append(parts[0]!.subarray());
    await abandoned.append(parts[1]!);
    await abandoned.abandon();
    expect(await storage.list('folder')).toEqual(['large file']);
  });

  it('makes a file of a name once', async () => {
    const { bucket } = await emptyBucket();
    const storage = server.storage(bucket, 'base');
    expect(await storage.publish('a/1', Buffer.from('first'))).toBe(true);
    expect(await storage.publish('a/1', Buffer.from('second'))).toBe(false);
    expect(String(await storage.read('a/1'))).toBe('first');
  });

  it('moves a file, however often it is told to, and misses one that was never there', async () => {
    const { bucket } = await emptyBucket();
    const storage = server.storage(bucket);
    await storage.publish('a/100%25 of=it', Buffer.from('text'));
    for (let i = 0; i < 2; i++) await storage.move('a/100%25 of=it', 'b/it');
    expect([await storage.list('a'), await storage.list('b')]).toEqual([[], ['it']]);
    await expect(storage.move('a/never', 'b/never')).rejects.toMatchObject({ code: 'S3_REQUEST_FAILED' });
    await storage.remove('b/it');
    await storage.remove('b/it');
    expect(await storage.list('b')).toEqual([]);
  });

  it('lists more files than one answer holds', async () => {
    const { bucket } = await emptyBucket();
    const storage = server.storage(bucket);
    const names = Array.from({ length: 1_005 }, (_, i) => `file ${String(i)}+&`);
    await Promise.all(names.map((name) => storage.publish(`many/${name}`, Buffer.alloc(1))));
    expect((await storage.list('many')).sort()).toEqual(names.sort());
  });

  it('stops the application when the bucket is not there, and when it has no region', async () => {
    await expect(server.storage('nowhere').list('a')).rejects.toMatchObject({
      code: 'S3_BUCKET_MISSING',
      kind: 'invalid',
    });
    expect(() => s3Storage({ bucket: 'b' })).toThrow(expect.objectContaining({ code: 'S3_SETTING_MISSING' }));
  });
});
