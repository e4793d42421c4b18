import type { KnownSchema } from '../registry/known-schema.js';
import type { AvroJson } from './avro-json.js';
import { avroReader } from './avro-bytes.js';
import { compileAvro, compileWriter } from './compile-avro.js';

type Text = Pick<KnownSchema, 'schema' | 'resolved'>;

/**
 * Makes sure that a schema reads what another one wrote: what registries call BACKWARD.
 * @throws TypeError what it cannot read; MillraceError `AVRO_SCHEMA_INVALID`
 */
export function checkReads(schema: Text, written: Text | undefined): void {
  const { json, references } = parsed(schema);
  const type = compileAvro(json, { references });
  if (written === undefined) return;
  const writer = parsed(written);
  avroReader(type, compileWriter(writer.json, writer.references));
}

function parsed({ schema, resolved }: Text): { readonly json: AvroJson; readonly references: readonly AvroJson[] } {
  const parse = (text: string): AvroJson => JSON.parse(text) as AvroJson; // as: the engine checks it
  return { json: parse(schema), references: resolved.map((reference) => parse(reference.schema)) };
}
