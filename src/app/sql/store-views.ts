import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { MillraceError } from '../../util/errors.js';
import { askProcess, type ProcessAddress } from '../ask-process.js';
import { quotedText } from './duckdb.js';
import type { FileView } from './file-views.js';

interface StoreOfProcess {
  readonly application: string;
  readonly name: string;
}

/** What was taken of a process. */
export interface StoreViews {
  readonly views: readonly FileView[];
  /** Stores that cannot be exported, and why. */
  readonly left: readonly string[];
}

/**
 * A view for each store of the process that answers at an address, over a copy of its rows as `millrace state export` writes them:
 * what is committed now.
 * @param temporary a folder for the copies
 * @throws MillraceError `HTTP_FAILED` where nothing answers
 */
export async function storeViews(address: ProcessAddress, temporary: string): Promise<StoreViews> {
  await mkdir(temporary, { recursive: true });
  const stores = await storesOf(address);
  const views: FileView[] = [];
  const left: string[] = [];
  for (const [index, { application, name }] of stores.entries()) {
    const path = join(temporary, `${String(index)}.jsonl`);
    try {
      await copyRows(address, application, name, path);
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'STORE_NOT_EXPORTABLE') throw error;
      left.push(error.message);
      continue;
    }
    const taken = stores.some((other) => other.name === name && other.application !== application);
    views.push({ name: taken ? `${application}.${name}` : name, sql: await selectOf(path) });
  }
  return { views, left };
}

async function storesOf(address: ProcessAddress): Promise<readonly StoreOfProcess[]> {
  const answer = await askProcess(address, '/api/stores');
  const { stores } = (await answer.json()) as { readonly stores?: readonly StoreOfProcess[] }; // as: the same version answers
  return stores ?? [];
}

async function copyRows(address: ProcessAddress, application: string, store: string, path: string): Promise<void> {
  const rowsPath = `/api/state/${encodeURIComponent(application)}/stores/${encodeURIComponent(store)}/rows`;
  const { body } = await askProcess(address, rowsPath);
  // as: the same, by the types of the web's and of Node's
  await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(path));
}

async function selectOf(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size === 0) return 'SELECT NULL::JSON AS key, NULL::JSON AS value WHERE false';
  return `SELECT * FROM read_json(${quotedText(path)}, format = 'newline_delimited', sample_size = -1)`;
}
