import { invalid } from '../../util/errors.js';
import type { FileStorage } from '../files/file-storage.js';
import { S3Client, type S3Credentials } from './s3-client.js';
import { S3Upload } from './s3-upload.js';

export interface S3StorageOptions {
  readonly bucket: string;
  /** Before every path, without a `/` at its ends. Default: none. */
  readonly prefix?: string;
  /** Default: AWS_REGION. */
  readonly region?: string;
  /** Of a store that is not Amazon's: `http://minio:9000`. Default: AWS_ENDPOINT_URL_S3, or Amazon's of the region. */
  readonly endpoint?: string;
  /** Default: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. A function is asked before each request. */
  readonly credentials?: S3Credentials | (() => S3Credentials | Promise<S3Credentials>);
}

/**
 * Files in a bucket of S3, or of a store that speaks its protocol and takes `If-None-Match: *`.
 *
 *     orders.toSink('archive', fileSink({ to: s3Storage({ bucket: 'orders', region: 'eu-central-1' }) }))
 *
 * A store has no rename: an object is copied by the store itself, and then deleted where it was. A reader sees the whole object
 * or none, and a copy that a crash has cut off is made again. Objects of more than 5 GiB cannot be copied at once.
 * @throws MillraceError `S3_SETTING_MISSING`
 */
export function s3Storage(options: S3StorageOptions): FileStorage {
  const { prefix = '', credentials = environmentCredentials() } = options;
  const client = new S3Client({
    ...placeOf(options),
    credentials: typeof credentials === 'function' ? credentials : () => credentials,
  });
  const keyOf = (path: string): string => (prefix === '' ? path : `${prefix}/${path}`);
  const remove = async (path: string): Promise<void> => {
    await client.send({ method: 'DELETE', key: keyOf(path), expected: [404] });
  };
  return {
    create: (path) => Promise.resolve(new S3Upload(client, keyOf(path))),
    async publish(path, bytes) {
      const request = { method: 'PUT', key: keyOf(path), headers: { 'if-none-match': '*' }, body: bytes } as const;
      return (await client.send({ ...request, expected: [412] })).status !== 412;
    },
    async move(from, to) {
      const source = encodeURI(`/${options.bucket}/`) + keyOf(from).split('/').map(encodeURIComponent).join('/');
      const copy = {
        method: 'PUT',
        key: keyOf(to),
        headers: { 'x-amz-copy-source': source },
        expected: [404],
      } as const;
      // It was moved before, or it is lost: that the answer tells
      if ((await client.send(copy)).status === 404) await client.send({ method: 'HEAD', key: keyOf(to) });
      await remove(from);
    },
    remove,
    read: async (path) => (await client.send({ method: 'GET', key: keyOf(path) })).body,
    list: (folder) => listNames(client, `${keyOf(folder)}/`),
  };
}

/** Names of objects, and of what would be folders. */
async function listNames(client: S3Client, prefix: string): Promise<string[]> {
  const names: string[] = [];
  let more: Readonly<Record<string, string>> | undefined = {};
  while (more !== undefined) {
    const query = { 'list-type': '2', 'encoding-type': 'url', delimiter: '/', prefix, ...more };
    const { body } = await client.send({ method: 'GET', key: '', query });
    const xml = body.toString();
    const folders = [...xml.matchAll(/<CommonPrefixes>\s*<Prefix>(.*?)\/<\/Prefix>/g)];
    const paths = [...xml.matchAll(/<Key>(.*?)<\/Key>/g), ...folders].map(([, path = '']) => decoded(path));
    names.push(...paths.map((path) => path.slice(prefix.length)));
    const token = /<NextContinuationToken>(.*?)<\/NextContinuationToken>/.exec(xml)?.[1];
    more = token === undefined ? undefined : { 'continuation-token': token };
  }
  return names;
}

function decoded(path: string): string {
  return decodeURIComponent(path.replaceAll('+', ' '));
}

function placeOf({ bucket, region: given, endpoint: at }: S3StorageOptions): { bucketUrl: string; region: string } {
  const { AWS_REGION, AWS_ENDPOINT_URL_S3 } = process.env;
  const endpoint = at ?? AWS_ENDPOINT_URL_S3;
  const region = given ?? AWS_REGION ?? (endpoint === undefined ? undefined : 'us-east-1'); // other stores need none
  if (region === undefined) throw missing(bucket, 'AWS_REGION', 'region');
  const amazon = `https://${bucket}.s3.${region}.amazonaws.com`;
  return { bucketUrl: endpoint === undefined ? amazon : `${endpoint}/${bucket}`, region };
}

/** Read when the first request needs them: a topology can be described without. */
function environmentCredentials(): () => S3Credentials {
  return () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY)
      throw missing('', 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY', 'credentials');
    const token = AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN };
    return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, ...token };
  };
}

function missing(bucket: string, setting: string, option: string): ReturnType<typeof invalid> {
  const whose = bucket === '' ? '' : `"${bucket}" `;
  return invalid('S3_SETTING_MISSING', `the bucket ${whose}has no ${option}`, {
    hint: `Set ${setting}, or give s3Storage \`${option}\`.`,
  });
}
