import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { MillraceError } from '../util/errors.js';

/** A file of the console's page. */
export interface ConsoleAsset {
  readonly contentType: string;
  /** Of the bytes, in quotes as HTTP has it. */
  readonly etag: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
}

/** What the page consists of, and nothing else: a name from outside never becomes a path. */
const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['index.html', 'text/html; charset=utf-8'],
  ['console.js', 'text/javascript; charset=utf-8'],
  ['console.js.LEGAL.txt', 'text/plain; charset=utf-8'],
  ['console.css', 'text/css; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
]);

/** The page as `npm run build` bundled it, read when it is first asked for. */
export class ConsoleAssets {
  readonly #loaded = new Map<string, Promise<ConsoleAsset>>();

  /** @param folder where the bundle is; default: beside this module, in `dist/` */
  constructor(private readonly folder = join(import.meta.dirname, 'assets')) {}

  /**
   * A file by name; undefined: the page has no such file.
   * @throws MillraceError `CONSOLE_NOT_BUILT`
   */
  get(name: string): Promise<ConsoleAsset> | undefined {
    const contentType = CONTENT_TYPES.get(name);
    if (contentType === undefined) return undefined;
    const known = this.#loaded.get(name);
    if (known) return known;
    const loading = load(join(this.folder, name), contentType);
    this.#loaded.set(name, loading);
    loading.catch(() => this.#loaded.delete(name)); // it may be built later
    return loading;
  }
}

async function load(path: string, contentType: string): Promise<ConsoleAsset> {
  try {
    const bytes = await readFile(path);
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
    return { contentType, etag: `"${hash}"`, bytes, gzipped: await promisify(gzip)(bytes) };
  } catch (cause) {
    throw new MillraceError({
      code: 'CONSOLE_NOT_BUILT',
      kind: 'unavailable',
      message: 'the console is not built',
      hint: 'Run `npm run build`, which bundles it. The API under /api/ works without it.',
      cause,
    });
  }
}
