import { stat } from 'node:fs/promises';
import type { CancelTimer, Clock } from '../../util/time.js';

/** How often files are looked at. */
export const LOOK_EVERY_MS = 5_000;

/**
 * Calls `onChange` whenever one of the files is another than before. They are looked at, not watched: what mounts secrets
 * swaps links, which watching misses.
 * @returns ends it
 */
export function watchFiles(paths: readonly string[], clock: Clock, onChange: () => Promise<void>): CancelTimer {
  let known = marksOf(paths);
  let cancel: CancelTimer = () => undefined;
  let ended = false;
  const look = async (): Promise<void> => {
    const [before, now] = [await known, await marksOf(paths)];
    if (before !== now) {
      known = Promise.resolve(now);
      await onChange();
    }
    again();
  };
  const again = (): void => {
    if (!ended) cancel = clock.schedule(LOOK_EVERY_MS, () => void look(), { unref: true });
  };
  again();
  return () => {
    ended = true;
    cancel();
  };
}

/** Changes when a file is written or replaced. */
async function marksOf(paths: readonly string[]): Promise<string> {
  const marks = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
        () => 'gone',
      ),
    ),
  );
  return marks.join('\n');
}
