import type { JsonSchema } from '../../../query/answers/answer-schema.js';

/** What a route does, for those who call it: an OpenAPI operation without what all have. */
export interface Operation {
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Names after `?`, with what they say. */
  readonly query?: Readonly<Record<string, JsonSchema>>;
  readonly request?: Content;
  readonly response: Content;
}

/** A body; of streams, one of their messages. */
export interface Content {
  readonly type: string;
  readonly schema: JsonSchema;
}

export const JSON_TYPE = 'application/json';
export const JSON_LINES = 'application/x-ndjson';
export const EVENT_STREAM = 'text/event-stream';

export function reference(schema: string): JsonSchema {
  return { $ref: `#/components/schemas/${schema}` };
}

/** `/a/:b` as OpenAPI writes it, `/a/{b}`. */
export function templateOf(route: string): string {
  return route.replace(/:(\w+)/g, '{$1}');
}
