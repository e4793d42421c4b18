import type { CancelTimer, Clock } from '../../util/time.js';

/** Items as they are taken; when the next one is not asked for in time, `onSlow` is called, which should end the reader. */
export async function* takenInTime<T>(
  items: AsyncIterable<T>,
  timeoutMs: number,
  clock: Pick<Clock, 'schedule'>,
  onSlow: () => void,
): AsyncGenerator<T> {
  let cancel: CancelTimer = () => undefined;
  try {
    for await (const item of items) {
      cancel = clock.schedule(timeoutMs, onSlow, { unref: true });
      yield item;
      cancel();
    }
  } finally {
    cancel();
  }
}
