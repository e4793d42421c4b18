import type { DescMessage } from '@bufbuild/protobuf';
import { SerdeError } from '../serde-error.js';

/*
 * Which message of its file a value is, between the schema's id and the value: how many indexes, then the indexes from the
 * outermost message inwards, all as zigzag varints. The first message of a file, which is most of them, is one 0.
 */

/** The place of a message in its file. */
export function messageIndexes(message: DescMessage): Buffer {
  const path = pathOf(message);
  if (path.length === 1 && path[0] === 0) return Buffer.of(0);
  return Buffer.from([path.length, ...path].flatMap(varint));
}

/** Where the value starts. @throws SerdeError `SERDE_INVALID_BYTES` when it is another message */
export function skipIndexes(serde: string, indexes: Buffer, bytes: Buffer, start: number, end: number): number {
  const next = start + indexes.length;
  if (next <= end && bytes.compare(indexes, 0, indexes.length, start, next) === 0) return next;
  throw SerdeError.ofBytes(serde, bytes, start, end, 'it is another message of its file');
}

function pathOf(message: DescMessage): number[] {
  const { parent } = message;
  if (parent === undefined) return [message.file.messages.indexOf(message)];
  return [...pathOf(parent), parent.nestedMessages.indexOf(message)];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value * 2; // zigzag of a number that is not negative
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
