import { invalid } from '../../util/errors.js';
import type { ProtoField, ProtoFile, ProtoMessage, ProtoMethod, Reserved } from './proto-file.js';

/**
 * Reads a file that `writeProto` wrote, also where it was edited since; comments are not kept.
 * @param source where the text is, for the error
 * @throws MillraceError `PROTO_FILE_INVALID` for what `millrace codegen` would not have written
 */
export function readProto(text: string, source: string): ProtoFile {
  const plain = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const [, packageName] = /^\s*package\s+([\w.]+)\s*;/m.exec(plain) ?? [];
  const [, service, methods = ''] = /^\s*service\s+(\w+)\s*\{([^}]*)\}/m.exec(plain) ?? [];
  if (packageName === undefined || service === undefined) throw unread(source, 'no package with a service');
  const messages = [...plain.matchAll(/^\s*message\s+(\w+)\s*\{([^{}]*)\}/gm)];
  return {
    package: packageName,
    service,
    doc: '',
    methods: [...methods.matchAll(/\brpc\s+(\w+)\s*\(/g)].map(([, name = '']): ProtoMethod => ({ name, doc: '' })),
    messages: messages.map(([, name = '', body = '']) => readMessage(name, body, source)),
  };
}

const FIELD =
  /^(?:(?<label>optional|repeated)\s+)?(?:map\s*<\s*string\s*,\s*(?<values>[\w.]+)\s*>|(?<type>[\w.]+))\s+(?<name>\w+)\s*=\s*(?<number>\d+)\s*(?:\[\s*json_name\s*=\s*"(?<json>[^"]*)"\s*\])?$/;

function readMessage(name: string, body: string, source: string): ProtoMessage {
  const statements = body.split(';').map((statement) => statement.trim());
  const reserved = statements.filter((statement) => /^reserved\b/.test(statement));
  const fields = statements.filter((statement) => statement !== '' && !reserved.includes(statement));
  return {
    name,
    doc: '',
    fields: fields.map((statement) => readField(name, statement, source)),
    reserved: readReserved(reserved),
  };
}

function readField(message: string, statement: string, source: string): ProtoField {
  const { groups } = FIELD.exec(statement) ?? {};
  if (groups === undefined) throw unread(source, `"${statement}" in message ${message} is no field`);
  const { label = 'one', values, type = '', name = '', number, json } = groups;
  const of = label === 'optional' || label === 'repeated' ? label : 'one';
  return {
    name,
    number: Number(number),
    type: values ?? type,
    label: values === undefined ? of : 'map',
    jsonName: json,
    doc: '',
  };
}

function readReserved(statements: readonly string[]): Reserved {
  const all = statements.join(' ');
  const ranges = [...all.matchAll(/(\d+)(?:\s+to\s+(\d+))?/g)];
  const numbers = ranges.flatMap(([, from, to = from]) => numbersBetween(Number(from), Number(to)));
  return { numbers, names: [...all.matchAll(/"(\w+)"/g)].map(([, name = '']) => name) };
}

function numbersBetween(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function unread(source: string, what: string): Error {
  return invalid('PROTO_FILE_INVALID', `${source} cannot be read: ${what}`, {
    hint: 'Mend it; or delete it, if nobody uses it yet: `millrace codegen` writes it anew, with new numbers.',
  });
}
