import { closingClock, type ClosesOn, type ClosingClock } from '../processor/window/close-on.js';
import type { EmitStrategy } from '../processor/window/window-close-emitter.js';
import { TopologyError } from '../topology/topology-error.js';

/** When the results of windows are sent on, and by which clock windows close beside stream time. */
export interface Emission {
  readonly strategy: EmitStrategy;
  readonly clock: ClosingClock | undefined;
}

export const ON_UPDATE: Emission = Object.freeze({ strategy: 'onWindowUpdate', clock: undefined });

/**
 * What `emitStrategy` was told.
 * @throws TopologyError `INVALID_WINDOW`
 */
export function emission(strategy: EmitStrategy, { closeOn }: ClosesOn): Emission {
  const clock = closingClock(closeOn);
  if (clock !== undefined && strategy !== 'onWindowClose') {
    throw new TopologyError('INVALID_WINDOW', 'closeOn is for windows that are emitted when they close', {
      hint: "Say emitStrategy('onWindowClose', { closeOn }), or give closeOn to suppress.",
    });
  }
  return { strategy, clock };
}
