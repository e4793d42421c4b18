import { createRequire } from 'node:module';
import type { Ajv } from 'ajv';
import { invalid, messageOf } from '../../util/errors.js';
import { json } from '../json.js';
import type { Serde } from '../serde.js';
import { SerdeError } from '../serde-error.js';
import type { KnownSchema } from './known-schema.js';
import { RegistrySerde, type ReadValue, type RegistrySerdeOptions, type SchemaFormat } from './registry-serde.js';
import type { OwnSchema } from './schema-cache.js';

const DRAFT_7 = 'http://json-schema.org/draft-07/schema#';
const require = createRequire(import.meta.url);

/** Throws what `refuse` makes of the reason when a value is not of the schema. */
type Check = (value: unknown, refuse: (why: string) => SerdeError) => void;

/**
 * JSON with a schema in the registry, in Confluent's wire format. What is written and what is read is validated by this
 * schema (draft 7, or 2019-09 or 2020-12 where its `$schema` says so). What its values are is the caller's word.
 *
 *     jsonSchema<Sale>({ title: 'Sale', type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] })
 */
export function jsonSchema<T>(schema: object, options: RegistrySerdeOptions = {}): Serde<T> {
  return new RegistrySerde<T>(new JsonSchemaFormat<T>(schema), options);
}

class JsonSchemaFormat<T> implements SchemaFormat<T> {
  readonly name = 'jsonSchema';
  readonly schema: OwnSchema;
  readonly record: string | undefined;
  readonly #json = json<T>();
  readonly #schema: object;
  #compiled: Check | undefined;

  constructor(schema: object) {
    this.#schema = '$schema' in schema ? schema : { $schema: DRAFT_7, ...schema }; // not every registry takes one without
    this.schema = { schemaType: 'JSON', schema: JSON.stringify(this.#schema), references: [] };
    this.record = 'title' in schema && typeof schema.title === 'string' ? schema.title : undefined;
  }

  writer(header: Buffer): (value: T) => Buffer {
    const check = this.#check();
    return (value) => {
      check(value, (why) => SerdeError.ofValue(this.name, value, why));
      return Buffer.concat([header, this.#json.serialize(value)]);
    };
  }

  reader({ schemaType }: KnownSchema): ReadValue<T> {
    if (schemaType !== 'JSON') throw invalid('SCHEMA_OF_OTHER_FORMAT', `it is a schema of ${schemaType}`);
    const check = this.#check();
    return (bytes, start, end) => {
      const value = this.#json.deserialize(bytes, start, end);
      check(value, (why) => SerdeError.ofBytes(this.name, bytes, start, end, why));
      return value;
    };
  }

  #check(): Check {
    this.#compiled ??= compile(this.#schema);
    return this.#compiled;
  }
}

/** The validator is loaded when it is needed. */
function compile(schema: object): Check {
  const draft = /20(19-09|20-12)/.exec('$schema' in schema ? String(schema.$schema) : '')?.[0];
  const path = draft === undefined ? 'ajv' : `ajv/dist/${draft.slice(0, 4)}`;
  const { default: Validator } = require(path) as { readonly default: typeof Ajv }; // what the package's own types say
  const validator = new Validator({ strict: false });
  try {
    const validate = validator.compile(schema);
    return (value, refuse) => {
      if (!validate(value)) throw refuse(validator.errorsText(validate.errors, { dataVar: 'it' }));
    };
  } catch (error) {
    throw invalid('JSON_SCHEMA_INVALID', `a JSON schema cannot be used: ${messageOf(error)}`, {
      hint: 'Mend the schema; the specification is at https://json-schema.org.',
      cause: error,
    });
  }
}
