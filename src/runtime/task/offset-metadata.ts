import { readInt64, writeInt64 } from '../../util/bytes.js';

/** What is committed beside the offset of an input partition. */
export interface OffsetMetadata {
  /** Largest timestamp taken from the partition; -1 when unknown. */
  readonly partitionTime: number;
  readonly processorMetadata: ReadonlyMap<string, number>;
}

const VERSION = 2;
const NOTHING: OffsetMetadata = { partitionTime: -1, processorMetadata: new Map() };

/**
 * Kafka Streams' offset metadata, version 2, as base64:
 *
 *     version (1) | partition time (8) | [ entries (4) | { name length (4) | name (UTF-8) | value (8) }* ]
 *
 * The list is left out when it is empty.
 * @see org.apache.kafka.streams.processor.internals.TopicPartitionMetadata
 */
export function encodeOffsetMetadata(metadata: OffsetMetadata): string {
  const names = [...metadata.processorMetadata.keys()].map((name) => Buffer.from(name, 'utf8'));
  const listBytes = names.length === 0 ? 0 : 4 + names.reduce((sum, name) => sum + 12 + name.length, 0);
  const bytes = Buffer.alloc(9 + listBytes);
  bytes.writeUInt8(VERSION, 0);
  writeInt64(bytes, metadata.partitionTime, 1);
  if (names.length > 0) writeEntries(bytes, names, [...metadata.processorMetadata.values()]);
  return bytes.toString('base64');
}

function writeEntries(bytes: Buffer, names: readonly Buffer[], values: readonly number[]): void {
  let at = bytes.writeInt32BE(names.length, 9);
  names.forEach((name, index) => {
    at = bytes.writeInt32BE(name.length, at);
    at += name.copy(bytes, at);
    writeInt64(bytes, values[index] ?? -1, at);
    at += 8;
  });
}

/** The version that metadata is written in; undefined where it is none that {@link decodeOffsetMetadata} reads. */
export function offsetMetadataVersion(text: string): number | undefined {
  const bytes = Buffer.from(text, 'base64');
  const version = bytes[0];
  return bytes.length >= 9 && (version === 1 || version === VERSION) ? version : undefined;
}

/** Reads versions 1 (time only) and 2. Anything else says nothing: time -1, no metadata. */
export function decodeOffsetMetadata(text: string): OffsetMetadata {
  const version = offsetMetadataVersion(text);
  if (version === undefined) return NOTHING;
  const bytes = Buffer.from(text, 'base64');
  const partitionTime = readInt64(bytes, 1);
  try {
    return { partitionTime, processorMetadata: version === VERSION ? readEntries(bytes) : new Map() };
  } catch {
    return { partitionTime, processorMetadata: new Map() };
  }
}

function readEntries(bytes: Buffer): Map<string, number> {
  const entries = new Map<string, number>();
  if (bytes.length === 9) return entries;
  let at = 13;
  for (let left = bytes.readInt32BE(9); left > 0; left--) {
    const nameEnd = at + 4 + bytes.readInt32BE(at);
    entries.set(bytes.toString('utf8', at + 4, nameEnd), readInt64(bytes, nameEnd));
    at = nameEnd + 8;
  }
  return entries;
}
