import { MillraceError } from '../util/errors.js';
import type { StreamsApplication } from './application.js';
import type { ApplicationState } from './application-state.js';

/** Resolves in `RUNNING`; rejects with the reason in `ERROR`, or when closed before. */
export function untilRunning(
  application: Pick<StreamsApplication, 'applicationId' | 'state' | 'error' | 'onStateChange'>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { applicationId } = application;
    const settle = (state: ApplicationState): boolean => {
      if (state === 'RUNNING') resolve();
      else if (state === 'ERROR') reject(application.error ?? notRunning(applicationId, state));
      else if (state === 'PENDING_SHUTDOWN' || state === 'NOT_RUNNING') reject(notRunning(applicationId, state));
      else return false;
      return true;
    };
    if (settle(application.state)) return;
    const remove = application.onStateChange((state) => {
      if (settle(state)) remove();
    });
  });
}

/** Something was asked of an application that has ended or not begun. */
export function notRunning(applicationId: string, state: ApplicationState): MillraceError {
  return new MillraceError({
    code: 'APPLICATION_NOT_RUNNING',
    kind: 'unavailable',
    message: `application "${applicationId}" is in state ${state}`,
  });
}
