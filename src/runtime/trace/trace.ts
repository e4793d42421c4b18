import { traceHeader } from '../task/trace-header.js';
import type { Headers } from '../../util/headers.js';
import type { RecordTracer, TraceEvent } from './record-tracer.js';

/** All that one record of a source causes, and who follows it. */
export class Trace {
  /** What records of internal topics carry to the tasks that read them. */
  readonly headers: Headers;

  /** @param id the record's place, `topic-partition@offset` */
  constructor(
    readonly id: string,
    private readonly followers: readonly RecordTracer[],
  ) {
    const tracers = new Set(followers.map((follower) => follower.id));
    this.headers = [...tracers].map((tracer) => traceHeader({ tracer, trace: id }));
  }

  tell(taskId: string, node: string, event: TraceEvent): void {
    for (const follower of this.followers) follower.take({ traceId: this.id, taskId, node, event });
  }
}

/** A node that runs for a trace. */
export interface TraceSite {
  readonly trace: Trace;
  readonly taskId: string;
  readonly node: string;
}

/** Which node runs now, if it runs for a trace: what happens to stores meanwhile is its doing. */
export class CurrentSite {
  site: TraceSite | undefined;
}
