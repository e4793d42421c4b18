import type { SchemaMismatch } from '../schema-mismatch-error.js';
import type { AvroField, AvroShape } from './avro-shape.js';

/** As what else a type is read, by Avro's specification. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
};

/** Types that are being compared, outermost first. */
type Pairs = readonly (readonly [written: AvroShape, read: AvroShape])[];

/** The first part in which what one schema wrote cannot be read by another; undefined when all of it can. */
export function avroMismatch(written: AvroShape, read: AvroShape): SchemaMismatch | undefined {
  return mismatch('', written, read, []);
}

function mismatch(path: string, written: AvroShape, read: AvroShape, within: Pairs): SchemaMismatch | undefined {
  if (within.some(([outerWritten, outerRead]) => outerWritten === written && outerRead === read)) return undefined;
  const inside: Pairs = [...within, [written, read]];
  if (written.kind === 'union') {
    const unread = written.branches.some((branch) => mismatch(path, branch, read, inside) !== undefined);
    return unread ? ofUnion(path, written, read, inside) : undefined;
  }
  if (read.kind === 'union') {
    const fits = read.branches.some((branch) => mismatch(path, written, branch, inside) === undefined);
    return fits ? undefined : (ofNamesake(path, written, read, inside) ?? told(path, written, read));
  }
  if (written.kind !== read.kind) {
    return WIDER[written.kind]?.includes(read.kind) === true ? undefined : told(path, written, read);
  }
  if (written.inner !== undefined && read.inner !== undefined)
    return mismatch(`${path}[]`, written.inner, read.inner, inside);
  return ofOneKind(path, written, read, inside);
}

function ofOneKind(path: string, written: AvroShape, read: AvroShape, inside: Pairs): SchemaMismatch | undefined {
  const unnamed = written.name !== undefined && !answersTo(read, written.name);
  if (unnamed || written.size !== read.size || !sameDecimal(written, read)) return told(path, written, read);
  const gone = written.symbols.filter((symbol) => !read.symbols.includes(symbol));
  if (gone.length > 0 && !read.hasDefault) return told(path, written, read);
  for (const field of read.fields) {
    const found = ofField(path === '' ? field.name : `${path}.${field.name}`, field, written, inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

function ofField(path: string, field: AvroField, { fields }: AvroShape, inside: Pairs): SchemaMismatch | undefined {
  const before =
    fields.find(({ name }) => name === field.name) ?? fields.find(({ name }) => field.aliases.includes(name));
  if (before !== undefined) return mismatch(path, before.type, field.type, inside);
  if (field.defaultValue !== undefined) return undefined;
  return { path, was: 'absent', is: `${labelOf(field.type)} without a default` };
}

/** Of a union one branch of which is not read: that branch's own trouble, where it is inside of a type that both have. */
function ofUnion(path: string, written: AvroShape, read: AvroShape, inside: Pairs): SchemaMismatch | undefined {
  for (const branch of written.branches) {
    if (mismatch(path, branch, read, inside) === undefined) continue;
    const found = ofNamesake(path, branch, read, inside);
    if (found !== undefined) return found;
  }
  return told(path, written, read);
}

function ofNamesake(path: string, written: AvroShape, read: AvroShape, inside: Pairs): SchemaMismatch | undefined {
  const namesake = read.branches.find(({ name }) => name !== undefined && name === written.name);
  return namesake && mismatch(path, written, namesake, inside);
}

/** A reader takes a type of its own name, or of one of its aliases. */
function answersTo({ name, aliases }: AvroShape, written: string): boolean {
  return written === name || aliases.includes(written);
}

/** As Avro has it, a decimal is read as one of the same scale only. */
function sameDecimal({ logical: written }: AvroShape, { logical: read }: AvroShape): boolean {
  if (written?.logicalType !== 'decimal' || read?.logicalType !== 'decimal') return true;
  return written.scale === read.scale;
}

function told(path: string, written: AvroShape, read: AvroShape): SchemaMismatch {
  return { path, was: labelOf(written), is: labelOf(read) };
}

/** An enum with its symbols, by which two of one name differ. */
function labelOf({ label, symbols }: AvroShape): string {
  return symbols.length === 0 ? label : `${label} [${symbols.join(', ')}]`;
}
