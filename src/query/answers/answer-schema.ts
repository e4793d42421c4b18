import type { AnswerType, ObjectType } from './answer-type.js';

/** A JSON schema, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON schemas of an answer and of the records in it, by the names that they refer to each other by. */
export function answerSchemas(type: ObjectType): ReadonlyMap<string, JsonSchema> {
  const schemas = new Map<string, JsonSchema>();
  add(type, schemas);
  return schemas;
}

function add(type: ObjectType, schemas: Map<string, JsonSchema>): void {
  if (schemas.has(type.name)) return;
  schemas.set(type.name, {}); // a record in itself is met again
  const properties = type.fields.map(({ name, type: of, doc }) => {
    const schema = schemaOf(of, schemas);
    return [name, doc === undefined ? schema : { ...schema, description: doc }] as const;
  });
  schemas.set(type.name, {
    type: 'object',
    ...(type.doc !== undefined && { description: type.doc }),
    properties: Object.fromEntries(properties),
    required: type.fields.map(({ name }) => name),
  });
}

function schemaOf(type: AnswerType, schemas: Map<string, JsonSchema>): JsonSchema {
  switch (type.kind) {
    case 'object':
      add(type, schemas);
      return { $ref: `#/components/schemas/${type.name}` };
    case 'optional':
      return { anyOf: [schemaOf(type.of, schemas), { type: 'null' }] };
    case 'list':
      return { type: 'array', items: schemaOf(type.items, schemas) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(type.values, schemas) };
    case 'string':
      return { type: 'string' };
    case 'symbol':
      return { type: 'string', enum: type.symbols };
    case 'bool':
      return { type: 'boolean' };
    case 'int32':
      return { type: 'integer', format: 'int32' };
    case 'int64':
      return { type: ['integer', 'string'], format: 'int64', description: 'Text beyond 2^53.' };
    case 'float':
    case 'double':
      return { type: ['number', 'string'], format: type.kind, description: 'Text for NaN, Infinity and -Infinity.' };
    case 'decimal':
      return { type: 'string', format: 'decimal', description: `Exact, ${type.scale} digits behind the point.` };
    case 'timestamp':
      return { type: 'string', format: 'date-time' };
    case 'bytes':
      return { type: 'string', contentEncoding: 'base64' };
  }
}
