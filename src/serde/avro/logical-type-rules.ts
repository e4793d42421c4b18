import { invalid } from '../../util/errors.js';
import type { AvroJson } from './avro-json.js';

type Attributes = Readonly<Record<string, unknown>>;
/** What is wrong with a type that says it is a logical one; undefined: nothing. */
type Rule = (type: unknown, attributes: Attributes) => string | undefined;

const over =
  (...types: readonly string[]): Rule =>
  (type) =>
    types.includes(String(type)) ? undefined : `it is over ${types.join(' or ')}, not over ${JSON.stringify(type)}`;

/** Those of Avro's specification. Others are of the user, and the engine takes no notice of them. */
const RULES: Readonly<Partial<Record<string, Rule>>> = {
  decimal: ofDecimal,
  date: over('int'),
  'time-millis': over('int'),
  'time-micros': over('long'),
  'timestamp-millis': over('long'),
  'timestamp-micros': over('long'),
  'timestamp-nanos': over('long'),
  'local-timestamp-millis': over('long'),
  'local-timestamp-micros': over('long'),
  'local-timestamp-nanos': over('long'),
  uuid: over('string', 'fixed'),
  duration: (type, { size }) => over('fixed')(type, {}) ?? (size === 12 ? undefined : 'it takes 12 bytes'),
};

/**
 * Looks for logical types that their schema contradicts. Avro has readers take no notice of them, so that amounts would
 * silently be bytes: a schema that is declared here is not to have any.
 * @throws MillraceError `AVRO_SCHEMA_INVALID`
 */
export function checkLogicalTypes(schema: AvroJson): void {
  if (typeof schema === 'string') return;
  if (isList(schema)) {
    for (const branch of schema) checkLogicalTypes(branch);
    return;
  }
  const { type, logicalType, fields, items, values } = schema as Attributes; // as: members of a schema, whatever they are
  const within: Attributes = isSchema(type) && !Array.isArray(type) ? (type as Attributes) : schema; // as above
  const wrong = RULES[String(logicalType)]?.(within.type, { ...within, ...schema });
  if (wrong !== undefined) throw contradiction(schema, wrong);
  for (const part of [type, items, values]) if (isSchema(part)) checkLogicalTypes(part);
  if (Array.isArray(fields)) for (const field of fields) if (isSchema(field)) checkLogicalTypes(field);
}

function ofDecimal(type: unknown, { precision, scale = 0, size }: Attributes): string | undefined {
  if (!isInteger(precision) || precision < 1) return 'its precision is a whole number above 0';
  if (!isInteger(scale) || scale < 0) return 'its scale is a whole number, 0 or above';
  if (scale > precision) return `its scale (${scale}) is greater than its precision (${precision})`;
  const most = type === 'fixed' && isInteger(size) ? digitsOf(size) : Infinity;
  if (precision > most) return `${String(size)} bytes hold ${most} digits, not ${precision}`;
  return over('bytes', 'fixed')(type, {});
}

/** How many digits any number of so many bytes has, in two's complement. */
function digitsOf(bytes: number): number {
  return Math.floor(Math.log10(2) * (8 * bytes - 1));
}

function contradiction({ logicalType, name, precision, scale = 0 }: Attributes, why: string): Error {
  const shown = logicalType === 'decimal' ? `decimal(${String(precision)}, ${String(scale)})` : String(logicalType);
  const named = typeof name === 'string' ? ` "${name}"` : '';
  return invalid('AVRO_SCHEMA_INVALID', `${shown}${named} is no logical type of Avro: ${why}`, {
    hint: 'Mend its attributes, or leave `logicalType` out.',
  });
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function isList(schema: AvroJson): schema is readonly AvroJson[] {
  return Array.isArray(schema);
}

function isSchema(part: unknown): part is AvroJson {
  return typeof part === 'object' && part !== null;
}
