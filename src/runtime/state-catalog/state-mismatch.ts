import { invalid, type MillraceError } from '../../util/errors.js';

/** What happens where the state of a store, or its changelog, is not of the shape that the topology gives it. */
export type StateMismatchPolicy = 'refuse' | 'rebuild';

/** A store whose state is of another shape. */
export interface ShapeMismatch {
  readonly store: string;
  readonly changelog: string;
  /** `had windows of 60000 ms, and has windows of 300000 ms`. */
  readonly change: string;
}

/** The store cannot be read, and is not to be discarded. */
export function shapeChanged({ store, changelog, change }: ShapeMismatch): MillraceError {
  return invalid('STATE_SHAPE_CHANGED', `store "${store}" ${change}`, {
    detail: `What is in its changelog "${changelog}", and in the state directory, would be read for something else.`,
    hint: 'Take back what was changed, or give the store a new name; with ON_STATE_MISMATCH=rebuild (--on-state-mismatch) what it holds is discarded and it starts empty; `millrace reset` processes the input again.',
    context: { store, topic: changelog },
  });
}

/** Other instances work on what is to be discarded. */
export function othersRun(mismatches: readonly ShapeMismatch[], members: readonly string[]): MillraceError {
  const stores = mismatches.map(({ store, change }) => `store "${store}" ${change}`).join('; ');
  return invalid('STATE_IN_USE', `${stores}; it cannot be rebuilt while other instances run: ${members.join(', ')}`, {
    hint: 'Stop every instance, then start one.',
  });
}
