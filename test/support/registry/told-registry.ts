import { MemoryRegistry } from '../../../src/serde/registry/memory-registry.js';
import { SchemaRegistryError } from '../../../src/serde/registry/schema-registry-error.js';
import type { Schema } from '../../../src/serde/registry/schema-registry.js';

/** A registry in memory that says what it was asked, and answers when it is told to. */
export class ToldRegistry extends MemoryRegistry {
  readonly asked: number[] = [];
  /** No answer comes. */
  down = false;

  override async schemaById(id: number): Promise<Schema | undefined> {
    this.asked.push(id);
    await new Promise(setImmediate);
    if (this.down) throw new SchemaRegistryError('SCHEMA_REGISTRY_UNAVAILABLE', 'nobody is there');
    return super.schemaById(id);
  }
}
