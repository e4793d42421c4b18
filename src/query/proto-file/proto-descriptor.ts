import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  type DescriptorProtoSchema,
  type FieldDescriptorProtoSchema,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { defaultJsonName, pascalCase, pathOf, TIMESTAMP } from './proto-file.js';
import type { ProtoField, ProtoFile, ProtoMessage } from './proto-file.js';

type MessageInit = MessageInitShape<typeof DescriptorProtoSchema>;
type FieldInit = MessageInitShape<typeof FieldDescriptorProtoSchema>;

const SCALARS: Readonly<Record<string, FieldDescriptorProto_Type>> = {
  string: FieldDescriptorProto_Type.STRING,
  bool: FieldDescriptorProto_Type.BOOL,
  int32: FieldDescriptorProto_Type.INT32,
  int64: FieldDescriptorProto_Type.INT64,
  float: FieldDescriptorProto_Type.FLOAT,
  double: FieldDescriptorProto_Type.DOUBLE,
  bytes: FieldDescriptorProto_Type.BYTES,
};

/** What protoc would make of a file. */
export function protoDescriptor(file: ProtoFile): FileDescriptorProto {
  const uses = file.messages.some(({ fields }) => fields.some(({ type }) => type === TIMESTAMP.type));
  const named = (message: string): string => `.${file.package}.${message}`;
  return create(FileDescriptorProtoSchema, {
    name: pathOf(file),
    package: file.package,
    syntax: 'proto3',
    dependency: uses ? [TIMESTAMP.file] : [],
    messageType: file.messages.map((message) => messageOf(message, file)),
    service: [
      {
        name: file.service,
        method: file.methods.map(({ name }) => ({
          name,
          inputType: named(`${name}Request`),
          outputType: named(`${name}Response`),
        })),
      },
    ],
  });
}

function messageOf(message: ProtoMessage, file: ProtoFile): MessageInit {
  const scope = `.${file.package}.${message.name}`;
  // Presence of a plain value is a oneof of its own, after all others.
  const present = message.fields.filter(({ label }) => label === 'optional');
  return {
    name: message.name,
    field: message.fields.map((field) => ({
      ...fieldOf(field, file, scope),
      ...(field.label === 'optional' && { proto3Optional: true, oneofIndex: present.indexOf(field) }),
    })),
    oneofDecl: present.map(({ name }) => ({ name: `_${name}` })),
    nestedType: message.fields.filter(({ label }) => label === 'map').map((field) => mapEntry(field, file)),
    reservedRange: message.reserved.numbers.map((start) => ({ start, end: start + 1 })),
    reservedName: [...message.reserved.names],
  };
}

function fieldOf(field: ProtoField, { package: packageName }: ProtoFile, scope: string): FieldInit {
  const { name, number, type, label, jsonName = defaultJsonName(name) } = field;
  const common = { name, number, jsonName };
  const many = label === 'repeated' || label === 'map';
  const of = { label: many ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL };
  if (label === 'map') return { ...common, ...of, ...messageType(`${scope}.${entryName(name)}`) };
  return { ...common, ...of, ...typeOf(type, packageName) };
}

function typeOf(type: string, packageName: string): FieldInit {
  const scalar = SCALARS[type];
  if (scalar !== undefined) return { type: scalar };
  return messageType(type.includes('.') ? `.${type}` : `.${packageName}.${type}`);
}

function messageType(typeName: string): FieldInit {
  return { type: FieldDescriptorProto_Type.MESSAGE, typeName };
}

function mapEntry({ name, type }: ProtoField, { package: packageName }: ProtoFile): MessageInit {
  const label = FieldDescriptorProto_Label.OPTIONAL;
  return {
    name: entryName(name),
    options: { mapEntry: true },
    field: [
      { name: 'key', number: 1, jsonName: 'key', label, type: FieldDescriptorProto_Type.STRING },
      { name: 'value', number: 2, jsonName: 'value', label, ...typeOf(type, packageName) },
    ],
  };
}

function entryName(field: string): string {
  return `${pascalCase(field)}Entry`;
}
