/** Compares keys or values by their bytes; null comes first. */
export function compareBytes(left: Buffer | null, right: Buffer | null): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  return Buffer.compare(left, right);
}
