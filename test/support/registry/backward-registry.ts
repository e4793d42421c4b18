import avsc from 'avsc';
import { messageOf } from '../../../src/util/errors.js';
import { MemoryRegistry } from '../../../src/serde/registry/memory-registry.js';
import type { CompatibilityResult, Schema } from '../../../src/serde/registry/schema-registry.js';

/** A registry in memory whose subjects have the level BACKWARD: an Avro schema has to read what the one before it wrote. */
export class BackwardRegistry extends MemoryRegistry {
  override async checkCompatibility(subject?: string, schema?: Schema): Promise<CompatibilityResult> {
    const latest = subject === undefined ? undefined : await this.version(subject, 'latest');
    try {
      if (latest && schema) typeOf(schema).createResolver(typeOf(latest));
      return { compatible: true, messages: [] };
    } catch (error) {
      return { compatible: false, messages: [messageOf(error)] };
    }
  }
}

function typeOf({ schema }: Schema): avsc.Type {
  return avsc.Type.forSchema(JSON.parse(schema) as avsc.Schema); // as: of a serde
}
