import type { Header, Headers } from '../../util/headers.js';

/*
 * How a trace goes on in the task that reads an internal topic: by a header of its record, `<tracer> <trace>`, one for each
 * tracer. Sources take it off, so that it reaches neither processors nor the topics of others.
 */

const TRACE_HEADER = 'millrace-trace';

/** A trace that a record belongs to. */
export interface CarriedTrace {
  readonly tracer: string;
  readonly trace: string;
}

export function traceHeader({ tracer, trace }: CarriedTrace): Header {
  return [TRACE_HEADER, Buffer.from(`${tracer} ${trace}`)];
}

/** The traces that a record of an internal topic belongs to. */
export function carriedTraces(headers: Headers): CarriedTrace[] {
  return headers.filter(isTrace).map(([, value]) => {
    const text = value?.toString() ?? '';
    const at = text.indexOf(' ');
    return { tracer: text.slice(0, at), trace: text.slice(at + 1) };
  });
}

/** The headers without those of traces. */
export function withoutTraces(headers: Headers): Headers {
  return headers.some(isTrace) ? headers.filter((header) => !isTrace(header)) : headers;
}

function isTrace([name]: Header): boolean {
  return name === TRACE_HEADER;
}
