import type { ErrorContext } from '../util/errors.js';
import { MillraceError } from '../util/errors.js';

/** The program itself is not right: mend it and build it again. */
export class TopologyError extends MillraceError {
  constructor(code: string, message: string, more: { hint?: string; detail?: string; context?: ErrorContext } = {}) {
    super({ code, kind: 'invalid', message, ...more });
  }
}
