import { MillraceError } from '../../util/errors.js';

/** A store that cannot be read: it does not exist, or its tasks do not run here now. Kafka Streams' name. */
export class InvalidStateStoreError extends MillraceError {}

export function storeNotFound(name: string, known: readonly string[]): InvalidStateStoreError {
  return new InvalidStateStoreError({
    code: 'STORE_NOT_FOUND',
    kind: 'invalid',
    message: `store "${name}" is not in the topology`,
    hint: known.length > 0 ? `Its stores are ${known.map((store) => `"${store}"`).join(', ')}.` : 'It has no stores.',
    context: { store: name },
  });
}

export function storeUnavailable(name: string, state: string): InvalidStateStoreError {
  return new InvalidStateStoreError({
    code: 'STORE_UNAVAILABLE',
    kind: 'unavailable',
    message: `store "${name}" cannot be read while the application is in state ${state}`,
    hint: 'Try again when it is RUNNING: await waitUntilRunning().',
    context: { store: name },
  });
}
