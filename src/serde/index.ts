export type { Serde, SerdePlace, SerdeType, ValueSchema } from './serde.js';
export { schemaOfParts } from './schema-of-parts.js';
export { SerdeError } from './serde-error.js';
export { NO_END, bytes, double, int64, integer, long, string } from './primitives.js';
export { avro } from './avro/avro.js';
export { AvroSchema } from './avro/avro-schema.js';
export type { AvroValue } from './avro/avro-schema.js';
export type { AvroField, AvroFields, AvroRecord } from './avro/complex-schemas.js';
export { decimal } from './decimal.js';
export type { DecimalOptions } from './decimal.js';
export { exactJson } from './exact-json.js';
export type { ExactJsonOptions } from './exact-json.js';
export { json } from './json.js';
export { HttpRegistry } from './registry/http-registry.js';
export type { HttpRegistryOptions } from './registry/http-registry.js';
export { jsonSchema } from './registry/json-schema.js';
export { MemoryRegistry } from './registry/memory-registry.js';
export { protobuf } from './registry/protobuf.js';
export type { RegistrySerdeOptions } from './registry/registry-serde.js';
export { SchemaPendingError, SchemaRegistryError } from './registry/schema-registry-error.js';
export type {
  CompatibilityResult,
  RegisterOptions,
  Schema,
  SchemaReference,
  SchemaRegistry,
  SchemaType,
  SubjectVersion,
} from './registry/schema-registry.js';
export type { SubjectStrategy } from './registry/subject.js';
export { countWindowed } from './count-windowed.js';
export type { CountWindow, CountWindowedSerde } from './count-windowed.js';
export { calendarWindowed, isWindowedSerde, sessionWindowed, timeWindowed } from './windowed.js';
export type { WindowEnds, Windowed, WindowedSerde } from './windowed.js';
