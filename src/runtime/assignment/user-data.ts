import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { tasksFromText, tasksToText } from './task-ranges.js';

/*
 * What members tell each other through the group: JSON with a version, deflated, so that a newer instance can join an older
 * one and a large group fits into the broker's record of it. Fields a reader does not know are left alone.
 */

const VERSION = 2;
/** No group that a broker takes has more to tell. */
const MOST_BYTES = 1 << 26;

/** What a member tells the leader when it joins. */
export interface SubscriptionData {
  readonly instanceId: string;
  /** The member's transactional id, so that others can fence it when it is gone; undefined under at-least-once. */
  readonly writer?: string;
  /** Why it wants every member to stop (Kafka Streams' error code of a subscription, KIP-671). */
  readonly shutdown?: string;
  /** `host:port` of its gRPC server. */
  readonly endpoint?: string;
  /** `host:port` of its HTTP server. */
  readonly httpEndpoint?: string;
  /** Where it runs, such as `{ zone: 'a', host: 'h1' }` (Kafka Streams' client tags). */
  readonly tags: Readonly<Record<string, string>>;
  /** Tasks whose state it holds, running or not, and how far that is (sum of changelog positions). */
  readonly positions: Readonly<Record<string, number>>;
  /** Tasks it keeps a standby or warm-up replica of. */
  readonly following: readonly string[];
  /** Transactional ids it has seen in the group. */
  readonly knownWriters: readonly string[];
}

/** What one instance is to do, and where it is reached. */
export interface InstanceTasks {
  readonly endpoint?: string;
  readonly httpEndpoint?: string;
  readonly active: readonly string[];
  readonly standby: readonly string[];
  readonly warmup: readonly string[];
}

/** What the leader tells every member. */
export interface AssignmentData {
  /** Partitions of each input topic as the leader saw them; tasks follow from these. */
  readonly partitions: Readonly<Record<string, number>>;
  /** Transactional ids of the members, or of a few of them in a large group. */
  readonly writers: readonly string[];
  /** Transactional ids that were seen earlier and belong to no member now: a new owner may fence them. */
  readonly goneWriters: readonly string[];
  /** By instance id; in a group too large for its record on the broker only the member itself. */
  readonly instances: Readonly<Record<string, InstanceTasks>>;
  /** Why nothing could be assigned. */
  readonly refusal?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** Nothing assigned, nothing known. */
export const NO_ASSIGNMENT: AssignmentData = { partitions: {}, writers: [], goneWriters: [], instances: {} };

export function encodeSubscription(data: SubscriptionData): Buffer {
  return encode({ ...data, following: tasksToText(data.following) });
}

/** Never throws: a member whose data is not understood still gets tasks, by balance alone. */
export function decodeSubscription(bytes: Buffer): SubscriptionData {
  const json = decode(bytes);
  return {
    instanceId: text(json.instanceId) ?? '',
    writer: text(json.writer),
    shutdown: text(json.shutdown),
    endpoint: text(json.endpoint),
    httpEndpoint: text(json.httpEndpoint),
    tags: record(json.tags, text),
    positions: record(json.positions, number),
    following: tasksFromText(text(json.following) ?? ''),
    knownWriters: texts(json.knownWriters),
  };
}

/** The version of a member's user data; undefined where it is not Millrace's. */
export function userDataVersion(bytes: Buffer): number | undefined {
  return number(decode(bytes).version);
}

export function encodeAssignment(data: AssignmentData): Buffer {
  const instances = Object.entries(data.instances).map(([id, { active, standby, warmup, ...endpoints }]) => {
    const tasks = { active: tasksToText(active), standby: tasksToText(standby), warmup: tasksToText(warmup) };
    return [id, { ...endpoints, ...tasks }] as const;
  });
  return encode({ ...data, instances: Object.fromEntries(instances) });
}

/** Gives empty fields where the bytes are not understood. */
export function decodeAssignment(bytes: Buffer): AssignmentData {
  const json = decode(bytes);
  const refusal = json.refusal as AssignmentData['refusal']; // as: written by encodeAssignment of a leader
  return {
    partitions: record(json.partitions, number),
    writers: texts(json.writers),
    goneWriters: texts(json.goneWriters),
    instances: record(json.instances, instanceTasks),
    ...(refusal && typeof refusal.message === 'string' ? { refusal } : {}),
  };
}

type Json = Readonly<Record<string, unknown>>;

function encode(data: object): Buffer {
  return deflateRawSync(JSON.stringify({ version: VERSION, ...data }));
}

function decode(bytes: Buffer): Json {
  if (bytes.length === 0) return {};
  try {
    const json: unknown = JSON.parse(inflateRawSync(bytes, { maxOutputLength: MOST_BYTES }).toString('utf8'));
    return object(json);
  } catch {
    return {};
  }
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}; // as: any JSON object
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function instanceTasks(value: unknown): InstanceTasks {
  const { endpoint, httpEndpoint, active, standby, warmup } = object(value);
  const tasks = (of: unknown): readonly string[] => tasksFromText(text(of) ?? '');
  return {
    endpoint: text(endpoint),
    httpEndpoint: text(httpEndpoint),
    active: tasks(active),
    standby: tasks(standby),
    warmup: tasks(warmup),
  };
}

/** The fields of an object that are understood. */
function record<T>(value: unknown, read: (item: unknown) => T | undefined): Readonly<Record<string, T>> {
  const entries = Object.entries(object(value)).flatMap(([name, item]) => {
    const known = read(item);
    return known === undefined ? [] : [[name, known] as const];
  });
  return Object.fromEntries(entries);
}
