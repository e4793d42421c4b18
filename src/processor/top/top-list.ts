import { schemaOfParts } from '../../serde/schema-of-parts.js';
import { preparing, type Serde } from '../../serde/serde.js';
import { memberList, type Member } from './member.js';

/** Values in the order of their scores; bytes as `memberList` writes them, without scores. */
export function topList<V>(value: Serde<V>): Serde<readonly V[]> {
  return Object.freeze({
    name: `top<${value.name}>`,
    ...preparing(value),
    ...schemaOfParts({ value }, (parts) => topList(parts.value)),
    serialize: (values: readonly V[]) =>
      memberList.serialize(values.map((one) => ({ score: 0, bytes: value.serialize(one) }))),
    deserialize: (bytes: Buffer, start: number, end: number) =>
      valuesOf(value, memberList.deserialize(bytes, start, end)),
  });
}

/** The values of members. */
export function valuesOf<V>(value: Serde<V>, members: readonly Member[]): V[] {
  return members.map(({ bytes }) => value.deserialize(bytes, 0, bytes.length));
}

/** Whether both are the same members in the same order. */
export function sameMembers(left: readonly Member[], right: readonly Member[]): boolean {
  return left.length === right.length && left.every(({ bytes }, i) => right[i]?.bytes.equals(bytes) === true);
}
