import { toJson, type JsonValue } from '../json-value.js';

/** Longest JSON, in characters, of a key or value in a trace. */
const MOST_CHARACTERS = 8_192;

/** A key or value as JSON; of a larger one the first part, as text that says how much was left out. */
export function toCutJson(value: unknown): JsonValue {
  const whole = toJson(value);
  const text = JSON.stringify(whole);
  if (text.length <= MOST_CHARACTERS) return whole;
  return `${text.slice(0, MOST_CHARACTERS)}… (${text.length - MOST_CHARACTERS} characters more)`;
}
