/*
 * MurmurHash3, x64, 128 bits, with the seed that Kafka Streams takes. Numbers of 64 bits are two halves of 32: a BigInt
 * would cost an allocation per step.
 */

const SEED = 104_729;
const BLOCK = 16;

/** A number of 64 bits, changed in place. */
class Word {
  hi = 0;
  lo = 0;

  set(hi: number, lo: number): this {
    this.hi = hi;
    this.lo = lo;
    return this;
  }

  xor(hi: number, lo: number): this {
    return this.set(this.hi ^ hi, this.lo ^ lo);
  }

  add(hi: number, lo: number): this {
    const low = (this.lo >>> 0) + (lo >>> 0);
    return this.set((this.hi + hi + (low > 0xffffffff ? 1 : 0)) | 0, low | 0);
  }

  multiply(hi: number, lo: number): this {
    const cross = (Math.imul(this.hi, lo) + Math.imul(this.lo, hi)) | 0;
    return this.set((cross + highHalf(this.lo >>> 0, lo >>> 0)) | 0, Math.imul(this.lo, lo));
  }

  rotateLeft(bits: number): this {
    const by = bits & 31;
    const [hi, lo] = bits >= 32 ? [this.lo, this.hi] : [this.hi, this.lo];
    return by === 0 ? this.set(hi, lo) : this.set((hi << by) | (lo >>> (32 - by)), (lo << by) | (hi >>> (32 - by)));
  }

  /** Mixes the bits at the end. */
  finish(): this {
    return this.#foldDown().multiply(0xff51afd7, 0xed558ccd).#foldDown().multiply(0xc4ceb9fe, 0x1a85ec53).#foldDown();
  }

  /** `this ^= this >>> 33` */
  #foldDown(): this {
    return this.xor(0, this.hi >>> 1);
  }
}

const h1 = new Word();
const h2 = new Word();
const k = new Word();

/** The 128 bits of a text of bytes, as two numbers of 64 bits, big-endian. */
export function murmur3(bytes: Buffer): Buffer {
  h1.set(0, SEED);
  h2.set(0, SEED);
  const whole = bytes.length - (bytes.length % BLOCK);
  for (let at = 0; at < whole; at += BLOCK) mixBlock(bytes, at);
  mixTail(bytes, whole);
  h1.xor(0, bytes.length);
  h2.xor(0, bytes.length);
  h1.add(h2.hi, h2.lo);
  h2.add(h1.hi, h1.lo);
  h1.finish();
  h2.finish();
  h1.add(h2.hi, h2.lo);
  h2.add(h1.hi, h1.lo);
  const hash = Buffer.allocUnsafe(BLOCK);
  hash.writeInt32BE(h1.hi, 0);
  hash.writeInt32BE(h1.lo, 4);
  hash.writeInt32BE(h2.hi, 8);
  hash.writeInt32BE(h2.lo, 12);
  return hash;
}

function mixBlock(bytes: Buffer, at: number): void {
  mixFirst(bytes.readInt32LE(at + 4), bytes.readInt32LE(at));
  h1.rotateLeft(27).add(h2.hi, h2.lo).multiply(0, 5).add(0, 0x52dce729);
  mixSecond(bytes.readInt32LE(at + 12), bytes.readInt32LE(at + 8));
  h2.rotateLeft(31).add(h1.hi, h1.lo).multiply(0, 5).add(0, 0x38495ab5);
}

/** The last bytes, filled up with zeros. */
function mixTail(bytes: Buffer, from: number): void {
  if (from === bytes.length) return;
  const block = Buffer.alloc(BLOCK);
  bytes.copy(block, 0, from);
  if (bytes.length - from > 8) mixSecond(block.readInt32LE(12), block.readInt32LE(8));
  mixFirst(block.readInt32LE(4), block.readInt32LE(0));
}

function mixFirst(hi: number, lo: number): void {
  k.set(hi, lo).multiply(0x87c37b91, 0x114253d5).rotateLeft(31).multiply(0x4cf5ad43, 0x2745937f);
  h1.xor(k.hi, k.lo);
}

function mixSecond(hi: number, lo: number): void {
  k.set(hi, lo).multiply(0x4cf5ad43, 0x2745937f).rotateLeft(33).multiply(0x87c37b91, 0x114253d5);
  h2.xor(k.hi, k.lo);
}

/** The upper 32 bits of the product of two unsigned numbers of 32 bits. */
function highHalf(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const rest = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + Math.floor(middle / 65_536) + Math.floor(rest / 65_536);
}
