import type { Processor, ProcessorContext, Record } from '../topology/processor.js';

/** A processor that keeps its context, to forward through it. */
export abstract class ContextualProcessor<KIn, VIn, KOut, VOut> implements Processor<KIn, VIn, KOut, VOut> {
  protected context!: ProcessorContext<KOut, VOut>; // set by init, which always comes before process

  init(context: ProcessorContext<KOut, VOut>): void {
    this.context = context;
  }

  abstract process(record: Record<KIn, VIn>): void | Promise<void>;
}
