import { EMPTY_BYTES } from '../../util/bytes.js';

/*
 * What members tell each other through the group: JSON, with a version, so that a newer instance can join an older one.
 * Fields a reader does not know are left alone.
 */

const VERSION = 1;

/** What a member tells the leader when it joins. */
export interface SubscriptionData {
  readonly instanceId: string;
  /** The member's transactional id, so that others can fence it when it is gone; undefined under at-least-once. */
  readonly writer?: string;
  readonly endpoint?: string;
  /** Tasks whose state it holds, and how far that is (sum of changelog positions). */
  readonly state: Readonly<Record<string, number>>;
  /** Transactional ids it has seen in the group. */
  readonly knownWriters: readonly string[];
}

/** What the leader tells every member. */
export interface AssignmentData {
  /** Partitions of each input topic as the leader saw them; tasks follow from these. */
  readonly partitions: Readonly<Record<string, number>>;
  /** Transactional ids of the members. */
  readonly writers: readonly string[];
  /** Transactional ids that were seen earlier and belong to no member now: a new owner may fence them. */
  readonly goneWriters: readonly string[];
  /** By instance id. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Tasks by instance id. */
  readonly tasks: Readonly<Record<string, readonly string[]>>;
  /** Why nothing could be assigned. */
  readonly refusal?: { readonly code: string; readonly message: string; readonly hint?: string };
}

export function encodeSubscription(data: SubscriptionData): Buffer {
  return Buffer.from(JSON.stringify({ version: VERSION, ...data }));
}

/** Never throws: a member whose data is not understood still gets tasks, by balance alone. */
export function decodeSubscription(bytes: Buffer): SubscriptionData {
  const json = parse(bytes);
  return {
    instanceId: text(json.instanceId) ?? '',
    writer: text(json.writer),
    endpoint: text(json.endpoint),
    state: numbers(json.state),
    knownWriters: texts(json.knownWriters),
  };
}

export function encodeAssignment(data: AssignmentData): Buffer {
  return Buffer.from(JSON.stringify({ version: VERSION, ...data }));
}

/** Gives empty fields where the bytes are not understood. */
export function decodeAssignment(bytes: Buffer): AssignmentData {
  const json = parse(bytes);
  const refusal = json.refusal as AssignmentData['refusal']; // as: written by encodeAssignment of a leader
  return {
    partitions: numbers(json.partitions),
    writers: texts(json.writers),
    goneWriters: texts(json.goneWriters),
    endpoints: Object.fromEntries(entries(json.endpoints).flatMap(([id, at]) => (text(at) ? [[id, String(at)]] : []))),
    tasks: Object.fromEntries(entries(json.tasks).map(([id, tasks]) => [id, texts(tasks)])),
    ...(refusal && typeof refusal.message === 'string' ? { refusal } : {}),
  };
}

type Json = Readonly<Record<string, unknown>>;

function parse(bytes: Buffer): Json {
  if (bytes.equals(EMPTY_BYTES)) return {};
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Json) : {}; // as: any JSON object
  } catch {
    return {};
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function numbers(value: unknown): Readonly<Record<string, number>> {
  return Object.fromEntries(
    entries(value).flatMap(([name, item]) => (typeof item === 'number' ? [[name, item] as const] : [])),
  );
}
