import { MillraceError } from '../../util/errors.js';

const SNAPSHOT = 'Watch with snapshot, and no cursor.';

/** A store whose changes are in no log. */
export function storeWithoutChangelog(store: string): MillraceError {
  return new MillraceError({
    code: 'STORE_WITHOUT_CHANGELOG',
    kind: 'invalid',
    message: `store "${store}" has no changelog to watch`,
    hint: 'Give it one (logging), or ask for its content.',
    context: { store },
  });
}

/** What follows a cursor is not in the changelog any more. */
export function cursorOutOfRange(topic: string, partition: number, offset: number): MillraceError {
  return new MillraceError({
    code: 'CURSOR_OUT_OF_RANGE',
    kind: 'invalid',
    message: `changelog "${topic}" does not hold what follows offset ${offset} of partition ${partition} any more`,
    hint: SNAPSHOT,
    context: { topic, partition, offset },
  });
}

/** The changelog was deleted, or another one has its name. */
export function changelogReplaced(topic: string): MillraceError {
  return new MillraceError({
    code: 'CHANGELOG_REPLACED',
    kind: 'invalid',
    message: `changelog "${topic}" was deleted or made anew`,
    hint: SNAPSHOT,
    context: { topic },
  });
}

/** The process ends. */
export function watchEnded(store: string): MillraceError {
  return new MillraceError({
    code: 'WATCH_ENDED',
    kind: 'unavailable',
    message: `the process that watched store "${store}" ends`,
    hint: 'Watch again from the last cursor, at any instance.',
    context: { store },
  });
}
