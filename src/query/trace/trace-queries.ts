import type { StreamsApplication } from '../../runtime/application.js';
import { MillraceError } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import type { Call } from '../call.js';
import type { TraceRecordsRequest, TraceRecordsResponse } from '../gen/millrace/query/v1/topology_service.js';
import type { JsonValue } from '../json-value.js';
import { fieldError, applicationRequired } from '../query-errors.js';
import { limitField } from '../request-fields.js';
import { meantBy } from '../running-applications.js';
import { TraceStream } from './trace-stream.js';
import { WantedKey } from './wanted-key.js';

const DEFAULT_LIMIT = 100;
const MOST_RECORDS = 1_000;
/** Most clients that follow records of a process at a time. */
const MOST_TRACES = 8;

/** The queries that follow records, on the messages of `millrace.query.v1`. */
export interface TraceQueries {
  readonly traceRecords: (request: TraceRecordsRequest, call?: Call) => AsyncIterable<TraceRecordsResponse>;
}

/** Follows records through the applications of this instance. */
export function createTraceQueries({
  applications,
  clock,
}: {
  readonly applications: readonly StreamsApplication[];
  readonly clock: Clock;
}): TraceQueries {
  let open = 0;
  return {
    async *traceRecords(request, call) {
      const application = oneOf(request, applications);
      const stream = new TraceStream({ ...asked(request), instanceId: application.instanceId, clock });
      if (open >= MOST_TRACES) throw tooManyTraces();
      open++;
      const stop = application.trace(stream);
      try {
        yield* stream.messages(call?.signal);
      } finally {
        stop();
        open--;
      }
    },
  };
}

/** @throws MillraceError `BAD_KEY`, `BAD_LIMIT` */
function asked(request: TraceRecordsRequest): { readonly wanted: WantedKey; readonly limit: number } {
  if (request.key === undefined)
    throw fieldError('BAD_KEY', 'key', 'key is missing: whose records are to be followed?');
  const limit = Math.min(MOST_RECORDS, limitField(request) || DEFAULT_LIMIT);
  return { wanted: new WantedKey(request.key as JsonValue, request.topic), limit }; // as: what google.protobuf.Value carries
}

/** @throws MillraceError `APPLICATION_NOT_FOUND`, `APPLICATION_REQUIRED` */
function oneOf(request: TraceRecordsRequest, running: readonly StreamsApplication[]): StreamsApplication {
  const meant = meantBy(request.application, running);
  const [only, ...others] = meant;
  if (only !== undefined && others.length === 0) return only;
  throw applicationRequired(
    'what you ask for',
    meant.map(({ applicationId }) => applicationId),
  );
}

function tooManyTraces(): MillraceError {
  return new MillraceError({
    code: 'TOO_MANY_TRACES',
    kind: 'unavailable',
    message: `records are followed for ${MOST_TRACES} clients already`,
    hint: 'End one of them, or ask again later.',
  });
}
