import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { askProcess, processAddress, type ProcessAddress } from '../ask-process.js';
import { MillraceError } from '../../util/errors.js';
import type { Surroundings } from '../broker.js';
import type { Config } from '../config.js';
import { openTools } from '../open-tools.js';
import { exportStore, type ExportRequest } from './export-store.js';
import { exportedRow, type ExportedRow } from './exported-row.js';
import { findExportable } from './find-exportable.js';

/** Rows to be written, until closed. */
export interface OpenExport {
  readonly rows: AsyncIterable<ExportedRow>;
  close(): Promise<void>;
}

/**
 * From Kafka where the configuration has brokers; else from the process that runs on this machine and has the embedded log,
 * or, if none answers, from the log in STATE_DIR.
 * @throws MillraceError as {@link exportStore}; `HTTP_FAILED` where neither is there
 */
export async function openExport(
  config: Config,
  request: Omit<ExportRequest, 'schemas'> & { readonly raw: boolean },
  surroundings: Surroundings,
): Promise<OpenExport> {
  if (!config.brokers) {
    try {
      return { rows: await remoteRows(processAddress(config), request), close: () => Promise.resolve() };
    } catch (error) {
      const silent = error instanceof MillraceError && error.code === 'HTTP_FAILED';
      if (!silent || !existsSync(join(config.stateDir, 'log'))) throw error;
    }
  }
  return openHere(config, request, surroundings);
}

async function openHere(
  config: Config,
  request: Omit<ExportRequest, 'schemas'> & { readonly raw: boolean },
  surroundings: Surroundings,
): Promise<OpenExport> {
  const tools = await openTools(config, surroundings);
  const rows = exportedRows(tools.client, { ...request, schemas: tools.schemas });
  return { rows, close: () => tools.close() };
}

/** The rows of a store as they stand in a file. */
export async function* exportedRows(
  client: Parameters<typeof exportStore>[0],
  request: ExportRequest & { readonly raw: boolean },
): AsyncGenerator<ExportedRow, void> {
  const { definition } = findExportable(request.topology, request.store, request.applicationId);
  const toRow = exportedRow(definition, request.raw);
  for await (const row of exportStore(client, request)) yield toRow(row);
}

async function remoteRows(
  address: ProcessAddress,
  { applicationId, store, raw }: Pick<ExportRequest, 'applicationId' | 'store'> & { readonly raw: boolean },
): Promise<AsyncIterable<ExportedRow>> {
  const path = `/api/state/${encodeURIComponent(applicationId)}/stores/${encodeURIComponent(store)}/rows`;
  const { body } = await askProcess(address, `${path}?raw=${raw}`);
  return parsed(Readable.fromWeb(body as ReadableStream)); // the same, by the types of the web's and of Node's
}

async function* parsed(stream: Readable): AsyncGenerator<ExportedRow, void> {
  for await (const line of createInterface({ input: stream })) yield JSON.parse(line) as ExportedRow; // the same version wrote it
}
