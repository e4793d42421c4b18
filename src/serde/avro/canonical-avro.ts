import type { AvroShape } from './avro-shape.js';

/**
 * The text of a schema by which its bytes are read: Avro's parsing canonical form, with what references lead to in their
 * place, and with logical types, since they too decide what bytes stand for. Defaults, aliases and texts for people are
 * the reader's own and stay out.
 */
export function canonicalAvro(shape: AvroShape): string {
  return textOf(shape, new Set());
}

/** @param defined names that stand in the text already */
function textOf(shape: AvroShape, defined: Set<string>): string {
  const { kind, name, logical, branches } = shape;
  if (kind === 'union') return `[${branches.map((branch) => textOf(branch, defined)).join(',')}]`;
  if (name === undefined && shape.inner === undefined && logical === undefined) return JSON.stringify(kind);
  if (name !== undefined && defined.has(name)) return JSON.stringify(name);
  if (name !== undefined) defined.add(name);
  const attributes = [
    ...(name === undefined ? [] : [`"name":${JSON.stringify(name)}`]),
    `"type":${JSON.stringify(kind)}`,
    ...contentOf(shape, defined),
    ...Object.entries(logical ?? {}).map(([attribute, value]) => `"${attribute}":${JSON.stringify(value)}`),
  ];
  return `{${attributes.join(',')}}`;
}

function contentOf({ kind, fields, symbols, inner, size }: AvroShape, defined: Set<string>): readonly string[] {
  switch (kind) {
    case 'record':
    case 'error': {
      const texts = fields.map(({ name, type }) => `{"name":${JSON.stringify(name)},"type":${textOf(type, defined)}}`);
      return [`"fields":[${texts.join(',')}]`];
    }
    case 'enum':
      return [`"symbols":${JSON.stringify(symbols)}`];
    case 'fixed':
      return [`"size":${JSON.stringify(size)}`];
    default:
      return inner === undefined ? [] : [`"${kind === 'array' ? 'items' : 'values'}":${textOf(inner, defined)}`];
  }
}
