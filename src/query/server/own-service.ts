import {
  create,
  createFileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
  type DescMessage,
  type DescMethod,
  type JsonValue,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema, file_google_protobuf_timestamp } from '@bufbuild/protobuf/wkt';
import type { MethodDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { internal } from '../../util/errors.js';
import type { AnswerQueryRequest, OwnService } from '../own-queries.js';
import { protoDescriptor } from '../proto-file/proto-descriptor.js';
import { readProto } from '../proto-file/read-proto.js';
import { unary, type MethodContext } from './handlers.js';

type Input = AnswerQueryRequest['input'];
type Method = MethodDefinition<Input, unknown>;

/** A service as gRPC has it. */
export interface OwnDefinition {
  readonly definition: Readonly<Record<string, Method>>;
  /** Its google.protobuf.FileDescriptorSet, for reflection; what it imports is among our own. */
  readonly descriptors: Buffer;
}

/** The methods of a topology's service; their messages are made from, and read as, the JSON that HTTP has for them. */
export function ownDefinition({ name, proto }: Pick<OwnService, 'name' | 'proto'>): OwnDefinition {
  const file = protoDescriptor(readProto(proto, name));
  const registry = createFileRegistry(file, (path) =>
    path === file_google_protobuf_timestamp.proto.name ? file_google_protobuf_timestamp : undefined,
  );
  const service = registry.getService(name);
  if (!service) throw internal('OWN_SERVICE_MISSING', `the .proto file of ${name} has another service`);
  const definition = Object.fromEntries(service.methods.map((method) => [method.name, methodOf(name, method)]));
  const descriptors = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [file] }));
  return { definition, descriptors: Buffer.from(descriptors) };
}

/** What answers the methods of a topology's service. */
export function ownHandlers(
  { answer }: Pick<OwnService, 'answer'>,
  { definition }: OwnDefinition,
  contextOf: (method: Method) => MethodContext,
): UntypedServiceImplementation {
  const handlers = Object.entries(definition).map(([name, method]) => {
    return [name, unary((input: Input) => answer(name, input), contextOf(method))] as const;
  });
  return Object.fromEntries(handlers);
}

function methodOf(service: string, { name, input, output }: DescMethod): Method {
  return {
    path: `/${service}/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (request) => encode(input, request),
    requestDeserialize: (bytes) => decode(input, bytes) as Input, // as: all its fields are texts
    responseSerialize: (response) => encode(output, response as JsonValue), // as: what `answer` gives
    responseDeserialize: (bytes) => decode(output, bytes),
  };
}

function encode(message: DescMessage, json: JsonValue): Buffer {
  return Buffer.from(toBinary(message, fromJson(message, json)));
}

function decode(message: DescMessage, bytes: Uint8Array): JsonValue {
  return toJson(message, fromBinary(message, bytes));
}
