import type { ProcessorContext, Record } from '../../topology/processor.js';
import type { Header } from '../../util/headers.js';
import { forwardAside } from '../aside.js';

/** Names of the headers that tell why a record was late; values are text, times in milliseconds. */
export const LATE_HEADERS = Object.freeze({
  /** The operator that dropped the record. */
  node: 'millrace.late.node',
  /** The operator's stream time when the record came. */
  streamTime: 'millrace.late.stream-time',
  /** Start and end of the closed window that the record was for; an operator without windows has none. */
  windowStart: 'millrace.late.window-start',
  windowEnd: 'millrace.late.window-end',
});

/** An operator's way to drop late records: counted, and sent to the late child if the program asked for it. */
export class LateOutput {
  readonly #context: ProcessorContext;
  readonly #child: string | undefined;

  constructor(context: ProcessorContext, child: string | undefined) {
    this.#context = context;
    this.#child = child;
  }

  /** Drops a record at this stream time; `window`: the closed window that it was for. */
  drop(
    record: Record<unknown, unknown>,
    streamTimeMs: number,
    window?: { readonly start: number; readonly end: number },
  ): void {
    this.#context.dropped('late');
    if (this.#child === undefined) return;
    const why: Header[] = [
      [LATE_HEADERS.node, Buffer.from(this.#context.nodeName)],
      [LATE_HEADERS.streamTime, Buffer.from(String(streamTimeMs))],
    ];
    if (window !== undefined) {
      why.push([LATE_HEADERS.windowStart, Buffer.from(String(window.start))]);
      why.push([LATE_HEADERS.windowEnd, Buffer.from(String(window.end))]);
    }
    forwardAside(this.#context, record, this.#child, why);
  }
}
