import { TIMESTAMP, type ProtoField, type ProtoFile, type ProtoMessage, type Reserved } from './proto-file.js';

/** The text of a .proto file; its head says what made it. */
export function writeProto(file: ProtoFile, head: string): string {
  const uses = file.messages.some(({ fields }) => fields.some(({ type }) => type === TIMESTAMP.type));
  const methods = file.methods.map(({ name, doc }) =>
    [...comment(doc, '  '), `  rpc ${name}(${name}Request) returns (${name}Response);`].join('\n'),
  );
  return [
    ...comment(head, ''),
    'syntax = "proto3";',
    '',
    `package ${file.package};`,
    '',
    ...(uses ? [`import "${TIMESTAMP.file}";`, ''] : []),
    ...comment(file.doc, ''),
    `service ${file.service} {`,
    ...methods,
    '}',
    ...file.messages.flatMap((message) => ['', ...messageLines(message)]),
    '',
  ].join('\n');
}

function messageLines({ name, doc, fields, reserved }: ProtoMessage): string[] {
  const lines = [...reservedLines(reserved), ...fields.flatMap(fieldLines)];
  if (lines.length === 0) return [...comment(doc, ''), `message ${name} {}`];
  return [...comment(doc, ''), `message ${name} {`, ...lines, '}'];
}

function reservedLines({ numbers, names }: Reserved): string[] {
  return [
    ...(numbers.length > 0 ? [`  reserved ${numbers.join(', ')};`] : []),
    ...(names.length > 0 ? [`  reserved ${names.map((name) => `"${name}"`).join(', ')};`] : []),
  ];
}

function fieldLines({ name, number, type, label, jsonName, doc }: ProtoField): string[] {
  const labels = { one: type, optional: `optional ${type}`, repeated: `repeated ${type}`, map: `map<string, ${type}>` };
  const option = jsonName === undefined ? '' : ` [json_name = "${jsonName}"]`;
  return [...comment(doc, '  '), `  ${labels[label]} ${name} = ${number}${option};`];
}

function comment(text: string, indent: string): string[] {
  return text === '' ? [] : text.split('\n').map((line) => `${indent}// ${line}`.trimEnd());
}
