import type { Type, types } from 'avsc';
import type Big from 'big.js';
import { isDecimal } from '../decimal.js';
import type { AvroJson } from './avro-json.js';
import { decimalOf, integerBytes, integerOf, unscaledOf } from './decimal-bytes.js';
import { engine } from './avsc.js';
import { checkLogicalTypes } from './logical-type-rules.js';

const DAY_MS = 86_400_000;
const DAY = /^[+-]?\d{4,6}-\d\d-\d\d$/;

interface DecimalJson {
  readonly precision: number;
  readonly scale?: number;
  readonly size?: number;
}

/** Classes by the names that schemas give them. */
type LogicalTypes = Readonly<Record<string, new (schema: never, options: object) => types.LogicalType>>;
let made: LogicalTypes | undefined;

/** Avro's logical types whose values here are not those of the type underneath; all others are numbers and text. */
export function logicalTypes(): LogicalTypes {
  made ??= makeLogicalTypes();
  return made;
}

/** Classes of the engine can be extended only once it is loaded. */
function makeLogicalTypes(): LogicalTypes {
  const { LogicalType } = engine().types;

  class DecimalType extends LogicalType {
    readonly #precision: number;
    readonly #scale: number;
    readonly #size: number | undefined;

    constructor(schema: AvroJson, options: object) {
      super(schema as never, options); // as: the engine's own types leave out that attributes may be read-only
      checkLogicalTypes(schema); // what it throws tells the engine to read others' contradictions as bytes, as Avro has it
      const { precision, scale = 0, size } = schema as unknown as DecimalJson; // as: checked
      this.#precision = precision;
      this.#scale = scale;
      this.#size = size;
    }

    protected override _fromValue(bytes: Buffer): Big {
      return decimalOf(integerOf(bytes), this.#scale);
    }

    protected override _toValue(value: unknown): Buffer | undefined {
      if (!isDecimal(value)) return undefined;
      const digits = unscaledOf(value, this.#scale);
      if (digits === undefined || digits.replace('-', '').length > this.#precision) return undefined;
      return integerBytes(digits, this.#size);
    }

    /** As Avro has it: a decimal is read as one of the same scale only. */
    protected override _resolve(writer: Type): ((value: never) => Big) | undefined {
      if (writer instanceof DecimalType) return writer.#scale === this.#scale ? (value: Big) => value : undefined;
      if (writer.typeName === 'bytes' || writer.typeName === 'fixed') return (bytes: Buffer) => this._fromValue(bytes);
      return undefined;
    }
  }

  class DateType extends LogicalType {
    protected override _fromValue(days: number): string {
      const text = new Date(days * DAY_MS).toISOString();
      return text.slice(0, text.indexOf('T'));
    }

    protected override _toValue(value: unknown): number | undefined {
      if (typeof value !== 'string' || !DAY.test(value)) return undefined;
      const days = Date.parse(`${value}T00:00:00Z`) / DAY_MS;
      return Number.isInteger(days) ? days : undefined;
    }

    protected override _resolve(writer: Type): ((value: never) => string) | undefined {
      if (writer instanceof DateType) return (value: string) => value;
      return writer.typeName === 'int' ? (days: number) => this._fromValue(days) : undefined;
    }
  }

  return { decimal: DecimalType, date: DateType };
}

/** A long whose values are bigints. */
export function bigintType(): Type {
  return engine().types.LongType.__with({
    toBuffer: (value: bigint) => {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigInt64LE(value);
      return bytes;
    },
    fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
    toJSON: (value: bigint) => (BigInt.asIntN(32, value) === value ? Number(value) : String(value)),
    fromJSON: (value: number | string) => BigInt(value),
    isValid: (value: unknown) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
    compare: (one: bigint, other: bigint) => Number(one > other) - Number(one < other),
  });
}
