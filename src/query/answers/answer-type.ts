/** What an answer, or a part of it, is made of. One shape gives its JSON, its protobuf field and its JSON schema. */
export type AnswerType =
  PlainType | DecimalType | SymbolType | TimestampType | ListType | MapType | OptionalType | ObjectType;

/** Of protobuf's own types. */
export interface PlainType {
  readonly kind: 'string' | 'bool' | 'int32' | 'int64' | 'float' | 'double' | 'bytes';
}

/** An exact decimal; travels as text with so many digits behind the point. */
export interface DecimalType {
  readonly kind: 'decimal';
  readonly scale: number;
}

/** One of some texts. */
export interface SymbolType {
  readonly kind: 'symbol';
  readonly symbols: readonly string[];
}

/** A time: since the epoch in its unit, and ISO 8601 in JSON. */
export interface TimestampType {
  readonly kind: 'timestamp';
  readonly unit: 'millis' | 'micros';
}

export interface ListType {
  readonly kind: 'list';
  readonly items: AnswerType;
}

/** An object of any names. */
export interface MapType {
  readonly kind: 'map';
  readonly values: AnswerType;
}

/** May be null, or not there. */
export interface OptionalType {
  readonly kind: 'optional';
  readonly of: AnswerType;
}

/** A record; it may contain itself. */
export interface ObjectType {
  readonly kind: 'object';
  /** Full name, `shop.Sale`. */
  readonly name: string;
  readonly doc: string | undefined;
  readonly fields: readonly AnswerField[];
}

export interface AnswerField {
  readonly name: string;
  readonly type: AnswerType;
  readonly doc: string | undefined;
}
