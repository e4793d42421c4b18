import type { Position, Record } from '../gen/millrace/query/v1/record.js';
import type { ListRequest, ListResponse } from '../gen/millrace/query/v1/state_query_service.js';
import { DEFAULT_PAGE, MAX_PAGE } from '../key-value-queries.js';
import { decodePageToken, encodePageToken } from '../page-token.js';
import { fieldError } from '../query-errors.js';
import { isUnavailable } from './patience.js';
import { merged } from './point-reads.js';
import type { Ask, StoreCall } from './store-call.js';

/**
 * One page over all tasks, in the order of partitions. Its token names a task and a key of it, so that it is of use wherever the
 * task is by then.
 * @throws MillraceError `BAD_PAGE_TOKEN`, `BAD_LIMIT`
 */
export async function page(call: StoreCall, request: ListRequest): Promise<ListResponse> {
  if (request.pageSize < 0) throw fieldError('BAD_LIMIT', 'page_size', 'page_size is negative');
  const size = Math.min(request.pageSize || DEFAULT_PAGE, MAX_PAGE);
  const tasks = await call.tasks();
  const records: Record[] = [];
  const positions: { readonly position: Position | undefined }[] = [];
  let { index, pageToken } = startOf(request, tasks);
  while (index < tasks.length) {
    const { answer, count } = await part(call, tasks, index, {
      ...request,
      pageSize: size - records.length,
      pageToken,
    });
    records.push(...answer.records);
    positions.push(answer);
    index += count;
    pageToken = '';
    const next = tasks[index];
    const full = records.length >= size && next !== undefined ? encodePageToken(request, { taskId: next }) : '';
    const nextPageToken = answer.nextPageToken || full;
    if (nextPageToken !== '') return { records, nextPageToken, position: merged(positions) };
  }
  return { records, nextPageToken: '', position: merged(positions) };
}

function startOf(request: ListRequest, tasks: readonly string[]): { index: number; pageToken: string } {
  const end = decodePageToken(request);
  if (end === undefined) return { index: 0, pageToken: '' };
  const index = tasks.indexOf(end.taskId);
  if (index >= 0) return { index, pageToken: request.pageToken };
  throw fieldError(
    'BAD_PAGE_TOKEN',
    'page_token',
    `page_token is of task ${end.taskId}, which the store does not have`,
  );
}

/** The page of the next tasks that one instance runs; if it does not answer, of the next task, by whoever has it. */
async function part(
  call: StoreCall,
  tasks: readonly string[],
  index: number,
  request: ListRequest,
): Promise<{ readonly answer: ListResponse; readonly count: number }> {
  const ask: Ask<ListResponse> = (queries, own) => queries.list(request, own);
  const run = call.runFrom(tasks, index);
  try {
    return { answer: await call.askOwner(run, ask), count: run.length };
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return { answer: await call.askHolders(run[0] ?? '', ask, error), count: 1 };
  }
}
