import type { StreamsApplication } from '../runtime/application.js';
import { applicationNotFound } from './query-errors.js';

/**
 * The running applications that a request means: the one of the id, or all.
 * @throws MillraceError `APPLICATION_NOT_FOUND`
 */
export function meantBy(id: string, running: readonly StreamsApplication[]): readonly StreamsApplication[] {
  if (id === '') return running;
  const meant = running.filter(({ applicationId }) => applicationId === id);
  if (meant.length > 0) return meant;
  throw applicationNotFound(
    id,
    running.map(({ applicationId }) => applicationId),
  );
}
