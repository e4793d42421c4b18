import { MillraceError, messageOf } from '../util/errors.js';

/** What is wrong with a value, or with bytes. */
export type SerdeErrorCode = 'SERDE_INVALID_VALUE' | 'SERDE_INVALID_BYTES' | 'SCHEMA_NOT_FOUND' | 'SCHEMA_UNREADABLE';

/** A key or value that its serde can not write, or bytes that it can not read. */
export class SerdeError extends MillraceError {
  /** The name of the serde that refused. */
  readonly serde: string;

  constructor(code: SerdeErrorCode, serde: string, message: string, cause?: unknown) {
    super({ code, kind: 'data', message, cause, hint: hintOf(code, serde) });
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

function hintOf(code: SerdeErrorCode, serde: string): string {
  switch (code) {
    case 'SERDE_INVALID_VALUE':
      return `Write a value of the type that the serde "${serde}" stands for, or use another serde.`;
    case 'SERDE_INVALID_BYTES':
      return `Check that the topic is written with the format that the serde "${serde}" reads.`;
    case 'SCHEMA_NOT_FOUND':
      return 'Check that SCHEMA_REGISTRY_URL is the registry that the writer of the topic uses.';
    case 'SCHEMA_UNREADABLE':
      return 'Give fields that older records lack a default, and renamed ones their former name as an alias.';
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
