/** One view, as topic `page-views` holds it. */
export interface PageView {
  readonly user_id: string;
  readonly page_id: string;
  readonly postcode: string;
  readonly webpage: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

/** The last time that a date can say, milliseconds. */
const LATEST_MS = 8.64e15;

/** Checks what JSON gave; throws what is wrong, so that the record is logged, counted and skipped. */
export function parsePageView(value: unknown): PageView {
  if (typeof value !== 'object' || value === null) throw new TypeError('a page view is an object');
  const fields = value as Partial<Record<string, unknown>>;
  const { timestamp } = fields;
  if (typeof timestamp !== 'number' || !(timestamp >= 0 && timestamp <= LATEST_MS)) {
    throw new TypeError('timestamp is not a time');
  }
  const [user_id, page_id] = [textOf(fields, 'user_id'), textOf(fields, 'page_id')];
  const [postcode, webpage] = [textOf(fields, 'postcode'), textOf(fields, 'webpage')];
  return { user_id, page_id, postcode, webpage, timestamp: Math.floor(timestamp) };
}

function textOf(fields: Partial<Record<string, unknown>>, name: string): string {
  const text = fields[name];
  if (typeof text !== 'string' || text === '') throw new TypeError(`${name} is not a text`);
  return text;
}
