import { z } from 'zod';
import { MillraceError } from '../../util/errors.js';

/** A file that a manifest makes part of the data. */
export interface ManifestFile {
  /** Where it was written. */
  readonly temporary: string;
  /** Where readers find it. */
  readonly path: string;
  readonly rows: number;
}

/** What a writer has committed: files, and the position behind them. */
export interface Manifest {
  /** One more than that of the manifest before. */
  readonly sequence: number;
  /** The next offset to write; null before the first. */
  readonly position: number | null;
  readonly files: readonly ManifestFile[];
}

const format = z.object({
  version: z.literal(1),
  sequence: z.number().int(),
  position: z.number().int().nullable(),
  files: z.array(z.object({ temporary: z.string(), path: z.string(), rows: z.number().int() })),
});

const NAME = /^(\d{12})\.manifest$/;

export function manifestName(sequence: number): string {
  return `${String(sequence).padStart(12, '0')}.manifest`;
}

/** The sequence in the name of a manifest; undefined for any other file. */
export function sequenceOf(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function encodeManifest(manifest: Manifest, more: Readonly<Record<string, string | number>>): Buffer {
  return Buffer.from(`${JSON.stringify({ version: 1, ...more, ...manifest })}\n`);
}

/** @throws MillraceError `SINK_MANIFEST_INVALID` */
export function decodeManifest(path: string, bytes: Buffer): Manifest {
  try {
    return format.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new MillraceError({
      code: 'SINK_MANIFEST_INVALID',
      kind: 'invalid',
      message: `manifest "${path}" of a file sink cannot be read`,
      hint: 'It was changed by hand, or by a later version of Millrace. Put it back, or give the sink another name.',
      cause,
    });
  }
}
