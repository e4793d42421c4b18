import type { Logger } from '../observability/log.js';

type Step = (timeoutMs: number | undefined) => Promise<unknown>;

/** What has to be closed, and in which order: what was opened last, first. */
export class Closing {
  readonly #steps: { readonly name: string; readonly step: Step }[] = [];
  #running: Promise<void> | undefined;

  constructor(private readonly log: Logger) {}

  add(name: string, step: Step): void {
    this.#steps.push({ name, step });
  }

  /** Closes everything; a step that fails is logged and the others go on. Calling it again waits for the same end. */
  run(timeoutMs?: number): Promise<void> {
    this.#running ??= this.#run(timeoutMs);
    return this.#running;
  }

  async #run(timeoutMs: number | undefined): Promise<void> {
    for (const { name, step } of this.#steps.reverse()) {
      try {
        await step(timeoutMs);
      } catch (error) {
        this.log.warn({ error }, `${name} did not close`);
      }
    }
  }
}
