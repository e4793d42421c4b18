import { MillraceError, type ErrorKind } from '../../../util/errors.js';

/** Why a process gave no answer: the code that it told, its status in `context.status`. */
export async function httpError(response: Response): Promise<MillraceError> {
  const { status, statusText } = response;
  const told: unknown = await response.json().catch(() => undefined);
  const context = { status };
  if (typeof told === 'object' && told !== null && 'error' in told && 'message' in told) {
    return new MillraceError({
      code: String(told.error),
      kind: kindOf(status),
      message: String(told.message),
      context,
    });
  }
  return new MillraceError({ code: 'QUERY_FAILED', kind: kindOf(status), message: `${status} ${statusText}`, context });
}

const UNAVAILABLE = new Set([429, 502, 503, 504]);

function kindOf(status: number): ErrorKind {
  if (UNAVAILABLE.has(status)) return 'unavailable';
  return status >= 500 ? 'internal' : 'invalid';
}
