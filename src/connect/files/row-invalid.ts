import { MillraceError, messageOf } from '../../util/errors.js';

/** What stands at a place of a file is no row of its format. @param place such as `line 17` */
export function rowInvalid(path: string, place: string, cause: unknown): MillraceError {
  return new MillraceError({
    code: 'SOURCE_ROW_INVALID',
    kind: 'data',
    message: `${place} of "${path}" cannot be read: ${messageOf(cause)}`,
    hint: 'Mend the file, or let `record` of the source give null for rows that are to be left out.',
    cause,
  });
}
