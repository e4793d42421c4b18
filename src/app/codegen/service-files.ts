import { fullName, pathOf, type ProtoFile } from '../../query/proto-file/proto-file.js';
import { readProto } from '../../query/proto-file/read-proto.js';
import { writeProto } from '../../query/proto-file/write-proto.js';
import { invalid } from '../../util/errors.js';
import type { TopologyDefinition } from '../define-topology.js';
import { declaredService, defaultServiceName, type DeclaredService } from './declared-service.js';
import { numberFields } from './field-numbers.js';

/**
 * The service that a topology's queries declare.
 * @param name default: that of its `service`, else one made of the topology's name
 * @throws MillraceError `QUERY_SERVICE_EMPTY` when no query declares what it returns, and what `declaredService` throws
 */
export function serviceOf(
  { name: topology, queries = [], service }: TopologyDefinition,
  name?: string,
): DeclaredService {
  const declared = declaredService(name ?? service?.name ?? defaultServiceName(topology), topology, queries);
  if (declared.methods.length > 0) return declared;
  throw invalid('QUERY_SERVICE_EMPTY', `no query of topology "${topology}" declares what it returns`, {
    hint: 'Give a query `returns: { field: avro.string() }`.',
  });
}

/** Path of its .proto file among others. */
export function protoPath(service: DeclaredService): string {
  return pathOf(service);
}

/** The .proto text of a service; an earlier text of it numbers the fields that it has. */
export function protoText(service: DeclaredService, topology: string, earlier: string | undefined): string {
  const before: ProtoFile | undefined = earlier === undefined ? undefined : readProto(earlier, pathOf(service));
  const head = `Made by \`millrace codegen ${topology}\`, which keeps the numbers of fields when it is run again.\nDO NOT EDIT.`;
  return writeProto(numberFields(service, before), head);
}

/** The module that a topology imports its `service` from. */
export function wiringText(service: DeclaredService, topology: string, proto: string, typed: boolean): string {
  const literal = proto.replace(/[\\`]|\$\{/g, (mark) => `\\${mark}`);
  return [
    `// Made by \`millrace codegen ${topology}\`. DO NOT EDIT.`,
    ...(typed ? ["import type { QueryService } from 'millrace';", ''] : []),
    `/** The queries of topology "${topology}" as a gRPC service. */`,
    `export const service${typed ? ': QueryService' : ''} = {`,
    `  name: '${fullName(service)}',`,
    `  proto: \`${literal}\`,`,
    '};',
    '',
  ].join('\n');
}
