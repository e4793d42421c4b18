import type { JsonSchema } from '../../../query/answers/answer-schema.js';
import { EVENT_STREAM, JSON_LINES, JSON_TYPE, type Operation } from './operation.js';

/** A route of common use for a method. */
export interface Twin {
  readonly method: string;
  readonly summary: string;
  readonly query: Readonly<Record<string, JsonSchema>>;
  readonly type?: string;
}

const text = (description: string): JsonSchema => ({ type: 'string', description });
const flag = (description: string): JsonSchema => ({ type: 'string', enum: ['true'], description });
const whole = (description: string): JsonSchema => ({ type: 'integer', minimum: 0, description });
const time = (description: string): JsonSchema => ({ type: 'string', format: 'date-time', description });

const application = { application: text('Needed where several applications could be meant.') };
const json = { json: flag('Keys are JSON, not text.') };
const times = { from: time('Not before this time.'), to: time('Not after this time.') };
const limit = { limit: whole('Most rows; default: all.') };
const ofOneKey = { ...application, ...json, ...times, ...limit, key: text('The key.') };

const STATE = 'millrace.query.v1.StateQueryService';
const TOPOLOGY = 'millrace.query.v1.TopologyService';

/** GET routes that are methods of a service, by path. */
export const TWINS: Readonly<Record<string, Twin>> = {
  '/api/stores': { method: `${STATE}/ListStores`, summary: 'The stores.', query: application },
  '/api/stores/{store}/entries': {
    method: `${STATE}/List`,
    summary: 'The rows of a store by key, a page at a time.',
    query: {
      ...application,
      ...json,
      from: text('The first key.'),
      to: text('The last key.'),
      prefix: text('What the keys begin with.'),
      reverse: flag('From the last to the first.'),
      pageSize: whole('Most rows of a page.'),
      pageToken: text('The `nextPageToken` of the page before.'),
    },
  },
  '/api/stores/{store}/entries/{key}': {
    method: `${STATE}/Get`,
    summary: 'The value of a key.',
    query: { ...application, ...json, as_of: time('Of a versioned store, what was valid then; default: the latest.') },
  },
  '/api/stores/{store}/windows': {
    method: `${STATE}/FetchWindows`,
    summary: 'The windows of a key, or of all.',
    query: { ...ofOneKey, reverse: flag('Latest first.') },
  },
  '/api/stores/{store}/sessions': {
    method: `${STATE}/FetchSessions`,
    summary: 'The sessions of a key.',
    query: ofOneKey,
  },
  '/api/stores/{store}/versions': {
    method: `${STATE}/ListVersions`,
    summary: 'What a key was, and is.',
    query: ofOneKey,
  },
  '/api/stores/{store}/watch': {
    method: `${STATE}/Watch`,
    summary: 'The committed changes of a store as server-sent events; `Last-Event-ID` goes on behind an event.',
    query: {
      ...application,
      ...json,
      key: text('Only the changes of this key.'),
      prefix: text('Only of keys that begin so.'),
      snapshot: flag('First what there is.'),
    },
    type: EVENT_STREAM,
  },
  '/api/topology': {
    method: `${TOPOLOGY}/DescribeTopology`,
    summary: 'The graph of an application.',
    query: application,
  },
  '/api/instances': {
    method: `${TOPOLOGY}/ListInstances`,
    summary: 'The instances of applications.',
    query: application,
  },
  '/api/tasks': { method: `${TOPOLOGY}/ListTasks`, summary: 'The tasks of applications.', query: application },
  '/api/metrics': { method: `${TOPOLOGY}/GetMetrics`, summary: 'What nodes and stores have done.', query: application },
};

const anything = { type: JSON_TYPE, schema: {} };
const lines = { type: JSON_LINES, schema: {} };
const operation = (summary: string, more: Partial<Operation> = {}): Operation => ({
  tag: 'operations',
  summary,
  response: anything,
  ...more,
});
const record = { type: ['string', 'null'] };

/** Other routes, by method and path. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /healthz': operation('The process answers.'),
  'GET /readyz': operation('Every task runs and is restored; 503 until then.'),
  'GET /metrics': operation('Metrics for Prometheus.', {
    response: { type: 'text/plain', schema: { type: 'string' } },
  }),
  'GET /api/openapi.json': operation('This document.'),
  'GET /api/queries': operation("The topologies' own queries."),
  'POST /api/topics/{topic}/records': operation('Write records to a topic; answers once they are acknowledged.', {
    request: {
      type: JSON_LINES,
      schema: { type: 'object', properties: { key: record, value: record }, required: ['key', 'value'] },
    },
    response: { type: JSON_TYPE, schema: { type: 'object', properties: { written: { type: 'integer' } } } },
  }),
  'GET /api/dead-letters/{topic}': operation('The records of a dead-letter topic.', {
    query: { where: { type: 'array', items: { type: 'string' }, description: 'FIELD=VALUE; all have to hold.' } },
    response: lines,
  }),
  'GET /api/dead-letters/{topic}/{partition}/{offset}': operation('One dead letter, with headers, key and value.'),
  'POST /api/dead-letters/{topic}/redrive': operation('Send dead letters back to where they failed.', {
    request: {
      type: JSON_TYPE,
      schema: {
        type: 'object',
        properties: {
          where: { type: 'array', items: { type: 'string' } },
          to: { type: 'string' },
          execute: { type: 'boolean' },
        },
      },
    },
  }),
  'POST /api/dead-letters/{topic}/purge': operation('Delete the oldest dead letters.', {
    request: {
      type: JSON_TYPE,
      schema: { type: 'object', properties: { before: { type: 'string' }, execute: { type: 'boolean' } } },
    },
  }),
  'GET /api/lag/{application}': operation('How far an application is behind.', {
    query: { topic: { type: 'array', items: { type: 'string' }, description: 'Only these topics.' } },
  }),
  'GET /api/observed/{application}': operation('What `millrace plan` compares a new build with.'),
  'GET /api/state/{application}/stores/{store}/rows': operation('All rows of a store, for an export.', {
    query: { raw: flag('As bytes, in base64.') },
    response: lines,
  }),
  'POST /api/state/{application}/snapshots': operation('Take snapshots of the tasks of an application.', {
    request: {
      type: JSON_TYPE,
      schema: {
        type: 'object',
        properties: { to: { type: 'string' }, keep: { type: 'integer' }, drained: { type: 'boolean' } },
        required: ['to'],
      },
    },
  }),
  'POST /api/state/{application}/sources': operation('Let the sources of an application wait.', {
    request: {
      type: JSON_TYPE,
      schema: { type: 'object', properties: { holdMs: { type: 'number' } }, required: ['holdMs'] },
    },
  }),
  'GET /api/state/{application}/drained': operation('What the tasks of an application have still to do.'),
};
