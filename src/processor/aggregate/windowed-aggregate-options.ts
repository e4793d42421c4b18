import type { EmitStrategy } from '../window/window-close-emitter.js';

/** What the processors of windowed aggregates are told: how to fold, over which windows, kept and sent on how. */
export interface WindowedAggregateOptions<Aggregation, Windows> {
  readonly aggregation: Aggregation;
  readonly windows: Windows;
  readonly storeName: string;
  readonly sendOldValues: boolean;
  readonly emit: EmitStrategy;
  /** The child that late records go to. Default: they are dropped. */
  readonly lateChild?: string | undefined;
}
