import type { ProtoField, ProtoFile, ProtoMessage, Reserved } from '../../query/proto-file/proto-file.js';
import { invalid } from '../../util/errors.js';
import type { DeclaredMessage, DeclaredService } from './declared-service.js';

/**
 * Numbers the fields of a service: those that an earlier file has keep their numbers, new ones get numbers that none had, and
 * the numbers and names of those that are gone are reserved.
 * @throws MillraceError `QUERY_FIELD_CHANGED` when a field has another type now
 */
export function numberFields(service: DeclaredService, earlier: ProtoFile | undefined): ProtoFile {
  const known = new Map(earlier?.messages.map((message) => [message.name, message]));
  return { ...service, messages: service.messages.map((message) => numbered(message, known.get(message.name))) };
}

const NOTHING: Reserved = { numbers: [], names: [] };

function numbered(message: DeclaredMessage, earlier: ProtoMessage | undefined): ProtoMessage {
  const before = earlier?.fields ?? [];
  const { numbers, names } = earlier?.reserved ?? NOTHING;
  let last = Math.max(0, ...before.map(({ number }) => number), ...numbers);
  const fields = message.fields.map((field): ProtoField => {
    const same = before.find(({ name }) => name === field.name);
    if (same === undefined) return { ...field, number: (last = nextNumber(last)) };
    if (typeOf(same) === typeOf(field)) return { ...field, number: same.number };
    throw invalid(
      'QUERY_FIELD_CHANGED',
      `field "${field.name}" of message ${message.name} was ${typeOf(same)}, and is ${typeOf(field)} now`,
      { hint: 'Give it another name; or delete the .proto file, if nobody uses it yet.' },
    );
  });
  const there = new Set(fields.map(({ name }) => name));
  const gone = before.filter(({ name }) => !there.has(name));
  const reserved = {
    numbers: [...numbers, ...gone.map(({ number }) => number)].sort((a, b) => a - b),
    names: [...names, ...gone.map(({ name }) => name)].filter((name) => !there.has(name)).sort(),
  };
  return { ...message, fields, reserved };
}

const RESERVED_BY_PROTOBUF = { from: 19_000, to: 19_999 };

function nextNumber(last: number): number {
  const { from, to } = RESERVED_BY_PROTOBUF;
  return last + 1 === from ? to + 1 : last + 1;
}

/** Presence does not change the bytes. */
function typeOf({ type, label }: Pick<ProtoField, 'type' | 'label'>): string {
  if (label === 'map') return `map<string, ${type}>`;
  return label === 'repeated' ? `repeated ${type}` : type;
}
