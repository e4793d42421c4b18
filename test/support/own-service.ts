import { Client, credentials, Metadata, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import { protoText, serviceOf } from '../../src/app/codegen/service-files.js';
import { defineTopology, type TopologyDefinition } from '../../src/app/define-topology.js';
import { ownDefinition } from '../../src/query/server/own-service.js';

/** The topology with the service that `millrace codegen` makes of its queries. */
export function withService(definition: TopologyDefinition, name: string): TopologyDefinition {
  const proto = protoText(serviceOf(definition, name), definition.name, undefined);
  return defineTopology({ ...definition, service: { name, proto } });
}

/** Asks a method of a topology's service; messages are proto JSON. */
export async function ask({ service }: TopologyDefinition, port: number, method: string, request: object) {
  const { definition } = ownDefinition(service!);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  try {
    return await unary(client, definition[method] as MethodDefinition<object, unknown>, request);
  } finally {
    client.close();
  }
}

function unary(client: Client, method: MethodDefinition<object, unknown>, request: object): Promise<unknown> {
  const { path, requestSerialize, responseDeserialize } = method;
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null, answer: unknown): void => {
      if (error) reject(error);
      else resolve(answer);
    };
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, new Metadata(), done);
  });
}
