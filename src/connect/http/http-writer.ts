import {
  SinkRecordsRejectedError,
  type RejectedSinkRecord,
  type SinkBatch,
  type SinkContext,
  type SinkRecord,
  type SinkWriter,
} from '../../topology/sink.js';
import { sendJson, type HttpRequestOptions } from './http-request.js';

export interface HttpWriterOptions {
  readonly request: HttpRequestOptions;
  readonly body: (record: SinkRecord, id: string) => unknown;
  /** Several records go in one request. */
  readonly together: boolean;
  readonly context: SinkContext;
}

/** A record as it goes out. */
interface Item {
  /** Its index in the batch. */
  readonly index: number;
  readonly offset: number;
  readonly json: string;
}

/** Sends one partition of a log, one request after the other. */
export class HttpWriter implements SinkWriter {
  /** An idempotent sink goes on from what the group has committed. */
  readonly position = undefined;
  readonly #place: string;
  /** Offsets that the server has taken of a batch that did not go through: when it comes again, they are left out. */
  readonly #taken = new Set<number>();
  #written = 0;

  constructor(private readonly options: HttpWriterOptions) {
    const { applicationId, sink, topicId, partition } = options.context;
    this.#place = [applicationId, sink, topicId, String(partition)].map(encodeURIComponent).join('/');
  }

  async write({ records, nextOffset }: SinkBatch): Promise<number> {
    const items = this.#itemsOf(records).filter(({ offset }) => !this.#taken.has(offset));
    const refused: RejectedSinkRecord[] = [];
    const size = this.options.together ? Math.max(1, items.length) : 1;
    for (let at = 0; at < items.length; at += size) refused.push(...(await this.#send(items.slice(at, at + size))));
    if (refused.length > 0) throw new SinkRecordsRejectedError(refused);
    this.#taken.clear();
    this.#written = nextOffset;
    return nextOffset;
  }

  flush(): Promise<number> {
    return Promise.resolve(this.#written);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** @throws SinkRecordsRejectedError before anything is sent */
  #itemsOf(records: readonly SinkRecord[]): readonly Item[] {
    const rejected: RejectedSinkRecord[] = [];
    const items = records.flatMap((record, index) => {
      const { offset } = record;
      try {
        return [{ index, offset, json: JSON.stringify(this.options.body(record, this.#id(offset)) ?? null) }];
      } catch (reason) {
        rejected.push({ index, reason });
        return [];
      }
    });
    if (rejected.length > 0) throw new SinkRecordsRejectedError(rejected);
    return items;
  }

  /** Halves what is refused until each record stands alone. */
  async #send(items: readonly Item[]): Promise<readonly RejectedSinkRecord[]> {
    const [first, ...others] = items;
    if (first === undefined) return [];
    const { request, together, context } = this.options;
    const json = together ? `[${items.map((item) => item.json).join(',')}]` : first.json;
    const last = others.at(-1);
    const id = this.#id(first.offset) + (last === undefined ? '' : `-${last.offset}`);
    const reason = await sendJson(json, id, request, context.clock);
    if (reason === undefined) {
      for (const { offset } of items) this.#taken.add(offset);
      return [];
    }
    if (others.length === 0) return [{ index: first.index, reason }];
    const half = items.length >> 1;
    return [...(await this.#send(items.slice(0, half))), ...(await this.#send(items.slice(half)))];
  }

  #id(offset: number): string {
    return `${this.#place}/${offset}`;
  }
}
