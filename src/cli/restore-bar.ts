import type { SingleBar } from 'cli-progress';
import type { MillraceAppOptions } from '../app/millrace-app.js';

type RestoreListener = ReturnType<NonNullable<MillraceAppOptions['restoreListener']>>;

const FORMAT = '  restoring [{bar}] {value}/{total} records, {eta_formatted} left';

/** How far the restore of every store is; a bar on the terminal from {@link show} on, which goes away when all are restored. */
export class RestoreBar {
  readonly #progress = new Map<string, { at: number; end: number }>();
  #newBar: (() => SingleBar) | undefined;
  #bar: SingleBar | undefined;

  /** Takes note of an application's restores. */
  listen(applicationId: string): RestoreListener {
    const keyOf = (part: { taskId: string; store: string }): string => `${applicationId} ${part.taskId} ${part.store}`;
    return {
      onRestoreStart: (part, startOffset, endOffset) => {
        this.#progress.set(keyOf(part), { at: 0, end: Math.max(0, endOffset - startOffset) });
        this.#draw();
      },
      onBatchRestored: (part, _offset, records) => {
        const known = this.#progress.get(keyOf(part));
        if (known) known.at = Math.min(known.end, known.at + records);
        this.#draw();
      },
      onRestoreEnd: (part) => {
        const known = this.#progress.get(keyOf(part));
        if (known) known.at = known.end;
        this.#draw();
      },
    };
  }

  async show(): Promise<void> {
    const { SingleBar } = await import('cli-progress');
    this.#newBar = () => new SingleBar({ format: FORMAT, clearOnComplete: true });
    this.#draw();
  }

  #draw(): void {
    const parts = [...this.#progress.values()];
    const total = parts.reduce((sum, { end }) => sum + end, 0);
    const done = parts.reduce((sum, { at }) => sum + at, 0);
    if (!this.#bar && total > done) {
      this.#bar = this.#newBar?.();
      this.#bar?.start(total, done);
    }
    this.#bar?.setTotal(total);
    this.#bar?.update(done);
    if (done < total) return;
    this.#bar?.stop();
    this.#bar = undefined;
  }
}
