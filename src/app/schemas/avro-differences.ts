import type { AvroField, AvroShape } from '../../serde/avro/avro-shape.js';

/** One thing in which a schema differs from another. */
export interface SchemaDifference {
  /** Where: fields with dots, `[]` for what an array or a map holds; empty for the whole. */
  readonly path: string;
  /** What: `field added`, `type changed`, … */
  readonly change: string;
  /** In the registry; null for nothing. */
  readonly from: string | null;
  /** In the topology; null for nothing. */
  readonly to: string | null;
}

/** Types that are being compared, outermost first. */
type Pairs = readonly (readonly [from: AvroShape, to: AvroShape])[];

/** In what a schema differs from the one that is there, in the order of its fields. */
export function avroDifferences(from: AvroShape, to: AvroShape): readonly SchemaDifference[] {
  return differences('', from, to, []);
}

function differences(path: string, from: AvroShape, to: AvroShape, within: Pairs): readonly SchemaDifference[] {
  if (within.some(([outerFrom, outerTo]) => outerFrom === from && outerTo === to)) return []; // a type that holds itself
  if (from.kind !== to.kind) return [{ path, change: 'type changed', from: from.label, to: to.label }];
  const inside: Pairs = [...within, [from, to]];
  const deeper = (step: string, one: AvroShape, other: AvroShape): readonly SchemaDifference[] =>
    differences(`${path}${step}`, one, other, inside);
  const { kind, inner } = from;
  if (inner !== undefined && to.inner !== undefined) return deeper('[]', inner, to.inner);
  if (kind === 'union') return ofBranches(path, from, to, deeper);
  const name = from.label === to.label ? [] : [{ path, change: renamed(from), from: from.label, to: to.label }];
  return [
    ...name,
    ...ofTexts(path, 'alias', from.aliases, to.aliases),
    ...ofTexts(path, 'symbol', from.symbols, to.symbols),
    ...ofFields(path, from, to, deeper),
  ];
}

type Deeper = (step: string, from: AvroShape, to: AvroShape) => readonly SchemaDifference[];

function ofBranches(path: string, from: AvroShape, to: AvroShape, deeper: Deeper): readonly SchemaDifference[] {
  const labels = ({ branches }: AvroShape): string[] => branches.map(({ label }) => label);
  const both = to.branches.flatMap((branch) => {
    const before = from.branches.find(({ label }) => label === branch.label);
    return before === undefined ? [] : deeper('', before, branch);
  });
  return [...ofTexts(path, 'branch', labels(from), labels(to)), ...both];
}

function ofFields(path: string, from: AvroShape, to: AvroShape, deeper: Deeper): readonly SchemaDifference[] {
  const kept = new Set<AvroField>();
  const prefix = path === '' ? '' : '.';
  const all = to.fields.flatMap((field) => {
    const at = `${path}${prefix}${field.name}`;
    const before =
      from.fields.find(({ name }) => name === field.name) ??
      from.fields.find(({ name }) => field.aliases.includes(name));
    if (before === undefined) return [{ path: at, change: 'field added', from: null, to: fieldText(field) }];
    kept.add(before);
    return [...ofField(at, before, field), ...deeper(`${prefix}${field.name}`, before.type, field.type)];
  });
  const removed = from.fields.filter((field) => !kept.has(field));
  return [
    ...all,
    ...removed.map((field) => ({
      path: `${path}${prefix}${field.name}`,
      change: 'field removed',
      from: fieldText(field),
      to: null,
    })),
  ];
}

function ofField(path: string, from: AvroField, to: AvroField): readonly SchemaDifference[] {
  const renamedField = from.name === to.name ? [] : [{ path, change: 'field renamed', from: from.name, to: to.name }];
  const before = from.defaultValue ?? null;
  const after = to.defaultValue ?? null;
  const defaults = before === after ? [] : [{ path, change: `default ${how(before, after)}`, from: before, to: after }];
  return [...renamedField, ...defaults, ...ofTexts(path, 'alias', from.aliases, to.aliases)];
}

/** Names that come and go; their order does not matter. */
function ofTexts(
  path: string,
  what: string,
  from: readonly string[],
  to: readonly string[],
): readonly SchemaDifference[] {
  const removed = from.filter((each) => !to.includes(each));
  const added = to.filter((each) => !from.includes(each));
  return [
    ...added.map((each) => ({ path, change: `${what} added`, from: null, to: each })),
    ...removed.map((each) => ({ path, change: `${what} removed`, from: each, to: null })),
  ];
}

function how(from: string | null, to: string | null): string {
  if (from === null) return 'added';
  return to === null ? 'removed' : 'changed';
}

function renamed({ kind }: AvroShape): string {
  return kind === 'record' || kind === 'enum' ? 'name changed' : 'type changed';
}

function fieldText({ type, defaultValue }: AvroField): string {
  return defaultValue === undefined ? type.label : `${type.label} = ${defaultValue}`;
}
