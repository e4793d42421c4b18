import { createHash } from 'node:crypto';
import type { AwsClient } from 'aws4fetch';
import { invalid, MillraceError } from '../../util/errors.js';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3ClientOptions {
  /** Where the bucket is: `https://bucket.s3.eu-central-1.amazonaws.com`, `http://minio:9000/bucket`. */
  readonly bucketUrl: string;
  readonly region: string;
  /** Asked before each request. */
  readonly credentials: () => S3Credentials | Promise<S3Credentials>;
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Of the object; empty for the bucket. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Answers that are no failure, beside those of 2xx. */
  readonly expected?: readonly number[];
}

export interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Of requests that the store throttles, or fails to answer; then the sink is opened again. */
const RETRIES = 4;
/** What only a change by people mends. Credentials that have run out are not among it: they are asked for again. */
const DENIED = /<Code>(AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|AllAccessDisabled)<\/Code>/;
const NO_BUCKET = /<Code>NoSuchBucket<\/Code>/;

/** Sends signed requests to one bucket, by `aws4fetch`, which is loaded at the first. */
export class S3Client {
  #signer: typeof AwsClient | undefined;

  constructor(private readonly options: S3ClientOptions) {}

  /**
   * @throws MillraceError `S3_ACCESS_DENIED` and `S3_BUCKET_MISSING`, which stop the application; `S3_REQUEST_FAILED`, of
   *   kind `unavailable`, for all other answers
   */
  async send(request: S3Request): Promise<S3Answer> {
    const { method, key, query = {}, headers = {}, body, expected = [] } = request;
    this.#signer ??= (await import('aws4fetch')).AwsClient;
    const { bucketUrl, region, credentials } = this.options;
    const client = new this.#signer({ ...(await credentials()), region, service: 's3', retries: RETRIES });
    const search = new URLSearchParams(query).toString();
    const path = key.split('/').map(encodeURIComponent).join('/');
    const digest = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const response = await client.fetch(`${bucketUrl}/${path}${search && `?${search}`}`, {
      method,
      headers: { ...headers, 'x-amz-content-sha256': digest },
      ...(body && { body: Buffer.from(body) }),
    });
    const answer = {
      status: response.status,
      headers: response.headers,
      body: Buffer.from(await response.arrayBuffer()),
    };
    // To copy an object and to complete an upload may take long: these begin with 200, and may go on with an error
    const failed = !response.ok || (method !== 'GET' && answer.body.includes('<Error>'));
    if (failed && !expected.includes(answer.status)) throw failure(request, answer, bucketUrl);
    return answer;
  }
}

function failure({ method, key }: S3Request, { status, body }: S3Answer, bucketUrl: string): MillraceError {
  const text = body.toString();
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? 'no reason';
  const message = `${method} of "${key}" at ${bucketUrl} was answered by ${status} (${code})`;
  if (NO_BUCKET.test(text))
    return invalid('S3_BUCKET_MISSING', message, { hint: 'Create the bucket, or mend its name.' });
  if (DENIED.test(text)) {
    const hint =
      'Let the credentials get, put, delete and list objects of the bucket, and mend them if they are wrong.';
    return invalid('S3_ACCESS_DENIED', message, { hint });
  }
  const hint = 'It is tried again by itself, until the store is back.';
  return new MillraceError({ code: 'S3_REQUEST_FAILED', kind: 'unavailable', message, hint });
}
