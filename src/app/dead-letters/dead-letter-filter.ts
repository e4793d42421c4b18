import { invalid } from '../../util/errors.js';
import type { DeadLetter } from './dead-letter.js';

/** Whether a dead letter is meant. */
export type DeadLetterFilter = (letter: DeadLetter) => boolean;

/** What a condition can name; `header.NAME` and `value.FIELD` beside these. */
const FIELDS: Readonly<Record<string, (letter: DeadLetter) => string | undefined>> = {
  partition: ({ partition }) => String(partition),
  offset: ({ offset }) => String(offset),
  source_topic: ({ source }) => source?.topic,
  source_partition: ({ source }) => source && String(source.partition),
  source_offset: ({ source }) => source && String(source.offset),
  exception: ({ exception }) => exception,
  message: ({ message }) => message,
  attempts: ({ attempts }) => String(attempts),
  key: ({ key }) => key?.toString(),
};

/**
 * Those that meet every condition `FIELD=VALUE`; in VALUE `*` stands for any text.
 * @throws MillraceError `INVALID_OPTION`
 */
export function deadLetterFilter(conditions: readonly string[]): DeadLetterFilter {
  const tests = conditions.map((condition) => {
    const at = condition.indexOf('=');
    const read = at < 0 ? undefined : reader(condition.slice(0, at));
    if (!read) {
      const names = [...Object.keys(FIELDS), 'header.NAME', 'value.FIELD'].join(', ');
      throw invalid('INVALID_OPTION', `"${condition}" is no condition on dead letters`, {
        hint: `Write FIELD=VALUE, where FIELD is one of ${names}.`,
      });
    }
    const pattern = wildcard(condition.slice(at + 1));
    return (letter: DeadLetter): boolean => pattern.test(read(letter) ?? '');
  });
  return (letter) => tests.every((test) => test(letter));
}

function reader(field: string): ((letter: DeadLetter) => string | undefined) | undefined {
  if (Object.hasOwn(FIELDS, field)) return FIELDS[field];
  const [kind, name] = [field.slice(0, field.indexOf('.')), field.slice(field.indexOf('.') + 1)];
  if (name === '') return undefined;
  if (kind === 'header') return ({ headers }) => headers.findLast(([given]) => given === name)?.[1]?.toString();
  if (kind === 'value') return ({ value }) => fieldOf(value, name);
  return undefined;
}

/** A field of a value that is a JSON object, as text or JSON. */
function fieldOf(value: Buffer | null, name: string): string | undefined {
  try {
    const json: unknown = JSON.parse(value?.toString() ?? '');
    const field = typeof json === 'object' && json !== null ? (json as Record<string, unknown>)[name] : undefined; // as: any JSON object
    return field === undefined || typeof field === 'string' ? field : JSON.stringify(field);
  } catch {
    return undefined;
  }
}

function wildcard(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
