import type { FileAppender } from '../files/file-storage.js';
import type { S3Client } from './s3-client.js';

/** The least that a part may have, but for the last, is 5 MiB. */
const PART_BYTES = 8 << 20;

/** An object that is written in parts; a small one at once. There is no object before it is finished. */
export class S3Upload implements FileAppender {
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #uploadId: string | undefined;
  readonly #tags: string[] = [];

  constructor(
    private readonly client: S3Client,
    private readonly key: string,
  ) {}

  async append(bytes: Uint8Array): Promise<void> {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= PART_BYTES) await this.#sendPart();
  }

  async finish(): Promise<void> {
    const { client, key } = this;
    if (this.#uploadId === undefined) {
      await client.send({ method: 'PUT', key, body: this.#take() });
      return;
    }
    if (this.#pendingBytes > 0) await this.#sendPart();
    const parts = this.#tags.map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag}</ETag></Part>`);
    const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
    await client.send({ method: 'POST', key, query: { uploadId: this.#uploadId }, body });
  }

  async abandon(): Promise<void> {
    if (this.#uploadId === undefined) return;
    await this.client.send({ method: 'DELETE', key: this.key, query: { uploadId: this.#uploadId }, expected: [404] });
  }

  async #sendPart(): Promise<void> {
    const { client, key } = this;
    this.#uploadId ??= await this.#begin();
    const query = { partNumber: String(this.#tags.length + 1), uploadId: this.#uploadId };
    const { headers } = await client.send({ method: 'PUT', key, query, body: this.#take() });
    this.#tags.push(headers.get('etag') ?? '');
  }

  async #begin(): Promise<string> {
    const { body } = await this.client.send({ method: 'POST', key: this.key, query: { uploads: '' } });
    return /<UploadId>(.+)<\/UploadId>/.exec(body.toString())?.[1] ?? '';
  }

  #take(): Buffer {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    return bytes;
  }
}
