import { SingleBar } from 'cli-progress';
import type { MillraceApp } from '../app/millrace-app.js';

/** Shows, on a terminal, how far the restore of every store is; the bar goes away when all are restored. */
export function showRestore(applications: MillraceApp['applications']): void {
  const progress = new Map<string, { at: number; end: number }>();
  let bar: SingleBar | undefined;
  const draw = (): void => {
    const parts = [...progress.values()];
    const total = parts.reduce((sum, { end }) => sum + end, 0);
    const done = parts.reduce((sum, { at }) => sum + at, 0);
    if (!bar && total > done) {
      bar = new SingleBar({
        format: '  restoring [{bar}] {value}/{total} records, {eta_formatted} left',
        clearOnComplete: true,
      });
      bar.start(total, done);
    }
    bar?.setTotal(total);
    bar?.update(done);
    if (done < total) return;
    bar?.stop();
    bar = undefined;
  };
  for (const application of applications) {
    const keyOf = (part: { taskId: string; store: string }): string =>
      `${application.applicationId} ${part.taskId} ${part.store}`;
    application.onRestore({
      onRestoreStart(part, startOffset, endOffset) {
        progress.set(keyOf(part), { at: 0, end: Math.max(0, endOffset - startOffset) });
        draw();
      },
      onBatchRestored(part, _offset, records) {
        const known = progress.get(keyOf(part));
        if (known) known.at = Math.min(known.end, known.at + records);
        draw();
      },
      onRestoreEnd(part) {
        const known = progress.get(keyOf(part));
        if (known) known.at = known.end;
        draw();
      },
    });
  }
}
