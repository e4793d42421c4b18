import { preparing, type Serde } from '../../serde/serde.js';
import { SerdeError } from '../../serde/serde-error.js';
import { Change } from './change.js';

/*
 * A change on its way through a repartition topic, as Kafka Streams 3.4 and later write it. The last byte tells what is there:
 *
 *     0   old value | 0
 *     1   new value | 1
 *     2   length of the new value (zigzag varint) | new value | old value | 2
 *
 * 3, 4 and 5 are the same with one byte before the last: 1 if the change is the latest of its key.
 */

const OLD = 0;
const NEW = 1;
const BOTH = 2;
const WITH_LATEST = 3;
const UNKNOWN = -1;

/** Writes and reads the changes of a table whose values have this serde. */
export function changeSerde<V>(inner: Serde<V>): Serde<Change<V>> {
  const name = `change<${inner.name}>`;
  return Object.freeze({
    name,
    ...preparing(inner),
    serialize({ newValue, oldValue }: Change<V>) {
      const newBytes = newValue === null ? undefined : inner.serialize(newValue);
      const oldBytes = oldValue === null ? undefined : inner.serialize(oldValue);
      if (newBytes !== undefined && oldBytes !== undefined) {
        return Buffer.concat([varint(newBytes.length), newBytes, oldBytes, Buffer.from([BOTH])]);
      }
      return Buffer.concat([
        newBytes ?? oldBytes ?? Buffer.alloc(0),
        Buffer.from([newBytes === undefined ? OLD : NEW]),
      ]);
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      const flag = end > start ? bytes.readUInt8(end - 1) : UNKNOWN;
      const stop = flag >= WITH_LATEST ? end - 2 : end - 1;
      if (flag === UNKNOWN || flag > BOTH + WITH_LATEST || stop < start) {
        throw SerdeError.ofBytes(name, bytes, start, end, 'its last byte does not tell what it holds');
      }
      if (flag % WITH_LATEST === OLD) return new Change<V>(null, inner.deserialize(bytes, start, stop));
      if (flag % WITH_LATEST === NEW) return new Change<V>(inner.deserialize(bytes, start, stop), null);
      const { value: length, next } = readVarint(bytes, start, stop);
      const middle = next + length;
      if (middle > stop) throw SerdeError.ofBytes(name, bytes, start, end, 'its new value is cut off');
      return new Change<V>(inner.deserialize(bytes, next, middle), inner.deserialize(bytes, middle, stop));
    },
  });
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2; // zigzag of a number that is not negative
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Of a number that is cut off, a value that reaches beyond any end. */
function readVarint(bytes: Buffer, start: number, stop: number): { value: number; next: number } {
  let value = 0;
  let scale = 1;
  for (let next = start; next < stop; scale *= 0x80) {
    const byte = bytes.readUInt8(next++);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value: value / 2, next };
  }
  return { value: Infinity, next: stop };
}
