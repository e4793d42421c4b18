import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from '../../observability/log.js';
import { MillraceError } from '../../util/errors.js';
import type {
  Schema,
  SchemaReference,
  SchemaRegistry,
  SchemaType,
  SubjectVersion,
} from '../../serde/registry/schema-registry.js';
import { httpErrorOf } from './http-errors.js';
import { FOR_QUERIES } from './route-roles.js';

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

const SUBJECT_NOT_FOUND = 40401;
const VERSION_NOT_FOUND = 40402;
const SCHEMA_NOT_FOUND = 40403;
const INVALID_SCHEMA = 42201;

interface Params {
  readonly subject: string;
  readonly version: string;
}

/** A schema as it is sent: what is left out has a default. */
interface SentSchema {
  readonly schema: string;
  readonly schemaType?: SchemaType;
  readonly references?: readonly SchemaReference[];
}

/**
 * Confluent's REST API of a schema registry, as far as clients need it to write and read:
 *
 *     GET  /subjects                                    POST /subjects/:subject            (look up)
 *     GET  /subjects/:subject/versions                  POST /subjects/:subject/versions   (register)
 *     GET  /subjects/:subject/versions/:version         POST /compatibility/subjects/:subject/versions/:version
 *     GET  /schemas/ids/:id, /schemas/types             GET  /config, /config/:subject, /mode
 */
export function addRegistryRoutes(server: FastifyInstance, registry: SchemaRegistry, log: Logger): void {
  void server.register((scope, _options, done) => {
    scope.addContentTypeParser(CONTENT_TYPE, { parseAs: 'string' }, scope.getDefaultJsonParser('error', 'error'));
    scope.setErrorHandler((error, _request, reply) => answerError(reply, error, log));
    addSubjects(scope, registry);
    addSchemas(scope, registry);
    done();
  });
}

function addSubjects(scope: FastifyInstance, registry: SchemaRegistry): void {
  const { post, get } = { post: scope.post.bind(scope), get: scope.get.bind(scope) };
  get('/subjects', () => registry.subjects());
  post<{ Params: Params; Body: SentSchema }>('/subjects/:subject', FOR_QUERIES, async ({ params, body }, reply) => {
    const found = await registry.lookUp(params.subject, schemaOf(body));
    return found === undefined ? notFound(reply, SCHEMA_NOT_FOUND, 'the schema') : sent(found);
  });
  get<{ Params: Params }>('/subjects/:subject/versions', async ({ params }, reply) => {
    const versions = await registry.versions(params.subject);
    return versions.length === 0 ? notFound(reply, SUBJECT_NOT_FOUND, `subject "${params.subject}"`) : versions;
  });
  post<{ Params: Params; Body: SentSchema }>('/subjects/:subject/versions', async ({ params, body }) => ({
    id: await registry.register(params.subject, schemaOf(body)),
  }));
  get<{ Params: Params }>('/subjects/:subject/versions/:version', async ({ params }, reply) => {
    const found = await registry.version(params.subject, versionOf(params.version));
    if (found !== undefined) return sent(found);
    const missing = (await registry.versions(params.subject)).length === 0 ? SUBJECT_NOT_FOUND : VERSION_NOT_FOUND;
    return notFound(reply, missing, `version ${params.version} of subject "${params.subject}"`);
  });
  post<{ Params: Params; Body: SentSchema }>(
    '/compatibility/subjects/:subject/versions/:version',
    FOR_QUERIES,
    async ({ params, body }) => {
      const { compatible, messages } = await registry.checkCompatibility(params.subject, schemaOf(body));
      return { is_compatible: compatible, messages };
    },
  );
}

function addSchemas(scope: FastifyInstance, registry: SchemaRegistry): void {
  scope.get<{ Params: { readonly id: string } }>('/schemas/ids/:id', async ({ params: { id } }, reply) => {
    const found = await registry.schemaById(Number(id));
    return found === undefined ? notFound(reply, SCHEMA_NOT_FOUND, `schema ${id}`) : sent(found);
  });
  scope.get('/schemas/types', (): SchemaType[] => ['AVRO', 'JSON', 'PROTOBUF']);
  for (const path of ['/config', '/config/:subject']) scope.get(path, () => ({ compatibilityLevel: 'BACKWARD' }));
  scope.get('/mode', () => ({ mode: 'READWRITE' }));
}

function schemaOf({ schema, schemaType = 'AVRO', references = [] }: SentSchema): Schema {
  return { schema, schemaType, references };
}

/** Avro's type goes without saying, and so do no references. */
function sent({ schemaType, references, ...more }: Schema | SubjectVersion): object {
  return {
    ...more,
    ...(schemaType !== 'AVRO' && { schemaType }),
    ...(references.length > 0 && { references }),
  };
}

function versionOf(text: string): number | 'latest' {
  return text === 'latest' || text === '-1' ? 'latest' : Number(text);
}

function notFound(reply: FastifyReply, errorCode: number, what: string): FastifyReply {
  return reply.code(404).send({ error_code: errorCode, message: `${what} is not there` });
}

function answerError(reply: FastifyReply, error: unknown, log: Logger): FastifyReply {
  const code = error instanceof MillraceError ? error.code : undefined;
  const text = error instanceof MillraceError ? error.describe() : '';
  if (code === 'SCHEMA_INCOMPATIBLE') return reply.code(409).send({ error_code: 409, message: text });
  if (code === 'SCHEMA_REGISTRY_REFUSED') return reply.code(422).send({ error_code: INVALID_SCHEMA, message: text });
  const { status, message } = httpErrorOf(error, reply, log);
  return reply.code(status).send({ error_code: status === 500 ? 50001 : status, message });
}
