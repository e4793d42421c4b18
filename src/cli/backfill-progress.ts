import { SingleBar } from 'cli-progress';
import type { BackfillProgress } from '../app/backfill/backfill-options.js';
import type { Clock } from '../util/time.js';
import type { Terminal } from './terminal.js';

const STEPS = 1_000;
/** Without a terminal: a line for each of so many steps, or so many records where the end is not known. */
const STEPS_PER_LINE = 100;
const RECORDS_PER_LINE = 1_000_000;

/** Tells how far a backfill is: a bar on a terminal, a line now and then elsewhere. */
export class BackfillProgressView {
  readonly #startMs: number;
  #bar: SingleBar | undefined;
  #lines = 0;

  constructor(
    private readonly terminal: Terminal,
    private readonly clock: Clock,
  ) {
    this.#startMs = clock.monotonicMs();
  }

  show(progress: BackfillProgress): void {
    if (this.terminal.interactive) this.#draw(progress);
    else this.#print(progress);
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #draw({ records, fraction = 0 }: BackfillProgress): void {
    if (this.#bar === undefined) {
      this.#bar = new SingleBar({
        format: '  [{bar}] {percentage}%  {records} records, {rate} records/s, {eta_formatted} left',
        clearOnComplete: true,
        etaBuffer: 100,
      });
      this.#bar.start(STEPS, 0, { records: 0, rate: 0 });
    }
    this.#bar.update(Math.floor(fraction * STEPS), { records, rate: this.#rate(records) });
  }

  #print({ records, fraction }: BackfillProgress): void {
    const line =
      fraction === undefined ? Math.floor(records / RECORDS_PER_LINE) : Math.floor((fraction * STEPS) / STEPS_PER_LINE);
    if (line <= this.#lines) return;
    this.#lines = line;
    const part = fraction === undefined ? '' : `${Math.floor(fraction * 100)}%  `;
    const left = fraction === undefined ? '' : `, ${Math.ceil(this.#elapsedS * (1 / fraction - 1))} s left`;
    this.terminal.error(`  ${part}${records} records, ${this.#rate(records)} records/s${left}\n`);
  }

  #rate(records: number): number {
    return Math.round(records / Math.max(0.001, this.#elapsedS));
  }

  get #elapsedS(): number {
    return (this.clock.monotonicMs() - this.#startMs) / 1_000;
  }
}
