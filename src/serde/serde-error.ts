import { MillraceError, messageOf } from '../util/errors.js';

/** A key or value that its serde can not write, or bytes that it can not read. */
export class SerdeError extends MillraceError {
  /** The name of the serde that refused. */
  readonly serde: string;

  constructor(code: 'SERDE_INVALID_VALUE' | 'SERDE_INVALID_BYTES', serde: string, message: string, cause?: unknown) {
    super({
      code,
      kind: 'data',
      message,
      cause,
      hint:
        code === 'SERDE_INVALID_VALUE'
          ? `Write a value of the type that the serde "${serde}" stands for, or use another serde.`
          : `Check that the topic is written with the format that the serde "${serde}" reads.`,
    });
    this.serde = serde;
  }

  /** A value that is not of the serde's type. */
  static ofValue(serde: string, value: unknown, why: string): SerdeError {
    return new SerdeError(
      'SERDE_INVALID_VALUE',
      serde,
      `The value ${shown(value)} is not a "${serde}" value: ${why}`,
      value instanceof Error ? value : undefined,
    );
  }

  /** Bytes that are not of the serde's format. */
  static ofBytes(serde: string, bytes: Buffer, start: number, end: number, why: string, cause?: unknown): SerdeError {
    const hex = bytes.toString('hex', start, Math.min(end, start + 16));
    const text = `${end - start} bytes (${hex}${end - start > 16 ? '…' : ''}) are not a "${serde}" value: ${why}`;
    return new SerdeError('SERDE_INVALID_BYTES', serde, text, cause);
  }
}

/** A short text of any value, for messages. */
function shown(value: unknown): string {
  let text: string;
  try {
    text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  } catch (error) {
    text = `that can not be shown (${messageOf(error)})`;
  }
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
