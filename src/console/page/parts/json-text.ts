import type { Json } from '../api/messages.js';

/** A value in one line: text without its quotes, the rest as JSON, cut where it is long. */
export function jsonLine(value: Json | undefined, characters = 160): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > characters ? `${text.slice(0, characters)}…` : text;
}

/** Whether keys are text, so that what somebody types is one as it stands. */
export function isTextKey(keySerde: string | undefined): boolean {
  return keySerde?.includes('string') === true;
}

/** A key as somebody typed it: JSON where it is, or must be, JSON; else text. */
export function keyFrom(text: string, keySerde: string | undefined): Json {
  if (isTextKey(keySerde)) return text;
  try {
    return JSON.parse(text) as Json; // whatever JSON there is
  } catch {
    return text;
  }
}

/** The text that {@link keyFrom} reads back. */
export function keyText(key: Json | undefined): string {
  if (key === undefined) return '';
  return typeof key === 'string' ? key : JSON.stringify(key);
}
