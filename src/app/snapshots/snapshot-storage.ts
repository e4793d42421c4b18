import { fileURLToPath } from 'node:url';
import { LocalStorage } from '../../connect/files/local-storage.js';
import { s3Storage } from '../../connect/s3/s3-storage.js';
import type { SnapshotStorage } from '../../runtime/snapshot/snapshot-storage.js';
import { invalid } from '../../util/errors.js';

const SCHEME = /^([a-z][a-z0-9+.-]+):/i;
const BUCKET = /^s3:\/\/([^/]+)(?:\/(.*?))?\/?$/i;

/**
 * Where snapshots are kept: a path of this machine's file system, a `file:` URL, or `s3://bucket/prefix`, with AWS's own variables
 * for region, address and credentials.
 * @throws MillraceError `SNAPSHOT_URL_UNKNOWN`, `S3_SETTING_MISSING`
 */
export function openSnapshotStorage(pathOrUrl: string): SnapshotStorage {
  const scheme = SCHEME.exec(pathOrUrl)?.[1]?.toLowerCase();
  if (scheme === undefined) return new LocalStorage(pathOrUrl);
  if (scheme === 'file') return new LocalStorage(fileURLToPath(pathOrUrl));
  const [, bucket, prefix = ''] = BUCKET.exec(pathOrUrl) ?? [];
  if (bucket !== undefined) return s3Storage({ bucket, prefix });
  throw invalid('SNAPSHOT_URL_UNKNOWN', `snapshots cannot be kept at "${pathOrUrl}"`, {
    hint: 'Name a folder, which every instance reaches under the same path, or s3://bucket/prefix.',
  });
}
