import type { Logger } from '../observability/log.js';
import type { MillraceApp } from './millrace-app.js';

/** How a process came to its end. */
export type Ending =
  | { readonly reason: 'signal'; readonly inTime: boolean }
  /** A second signal came while it stopped. */
  | { readonly reason: 'forced' }
  | { readonly reason: 'failure'; readonly error: unknown };

/** Where signals come from: `process`. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/**
 * Waits for SIGINT, SIGTERM or a failure, then stops the process's work within `deadlineMs`. A second signal does not wait
 * for the end.
 */
export async function runUntilStopped(
  app: Pick<MillraceApp, 'failed' | 'close'>,
  options: { readonly signals: SignalSource; readonly deadlineMs: number; readonly log: Logger },
): Promise<Ending> {
  const { signals, deadlineMs, log } = options;
  const received = new SignalCount(signals);
  try {
    const failure = app.failed.catch((error: unknown) => ({ error }));
    const first = await Promise.race([received.first, failure]);
    if (first !== undefined) log.error({ error: first.error }, 'stopped by a failure');
    else log.info({}, 'stopping; a second signal ends it at once');
    const inTime = await Promise.race([app.close(deadlineMs), received.second]);
    if (first !== undefined) return { reason: 'failure', error: first.error };
    if (inTime === undefined) return { reason: 'forced' };
    if (inTime) log.info({}, 'stopped cleanly: everything is committed');
    else log.warn({ deadlineMs }, 'stopped at the deadline: what is not committed will be processed again');
    return { reason: 'signal', inTime };
  } finally {
    received.stop();
  }
}

/** Resolves at the first and at the second signal. */
class SignalCount {
  readonly first: Promise<undefined>;
  readonly second: Promise<undefined>;
  readonly stop: () => void;

  constructor(signals: SignalSource) {
    const resolvers: (() => void)[] = [];
    const turn = (): Promise<undefined> =>
      new Promise((resolve) => {
        resolvers.push(() => {
          resolve(undefined);
        });
      });
    this.first = turn();
    this.second = turn();
    const listener = (): void => resolvers.shift()?.();
    signals.on('SIGINT', listener);
    signals.on('SIGTERM', listener);
    this.stop = () => {
      signals.off('SIGINT', listener);
      signals.off('SIGTERM', listener);
    };
  }
}
