/*
 * What the values of a schema look like here, which Avro's JSON has no word for. Symbols stay out of the text that is
 * written for others.
 */

/** On a union: a {@link UnionTag}. */
export const TAG = Symbol('tag');
/** On a long: its values are bigints. */
export const AS_BIGINT = Symbol('asBigint');

/** A schema in Avro's JSON form. */
export type AvroJson = string | readonly AvroJson[] | AvroAttributes;

interface AvroAttributes {
  readonly [attribute: string]: unknown;
  readonly [AS_BIGINT]?: boolean;
}

/** The member that tells the records of a union apart, and its value for each branch. */
export interface UnionTag {
  readonly name: string;
  readonly values: readonly string[];
}

/** Names that a schema has defined so far, and the namespace that a part of it stands in. */
export class AvroNames {
  constructor(
    readonly namespace = '',
    private readonly defined = new Set<string>(),
  ) {}

  /** The full name of a type that is named here. */
  qualify(name: string): string {
    return name.includes('.') || this.namespace === '' ? name : `${this.namespace}.${name}`;
  }

  /** Whether this is the first time that the name is met. */
  define(fullName: string): boolean {
    if (this.defined.has(fullName)) return false;
    this.defined.add(fullName);
    return true;
  }

  /** For what stands inside the type of that name. */
  inside(fullName: string): AvroNames {
    const dot = fullName.lastIndexOf('.');
    return dot < 0 ? this : new AvroNames(fullName.slice(0, dot), this.defined);
  }
}
