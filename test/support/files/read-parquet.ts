import { parquetReadObjects } from 'hyparquet';

/** The rows that hyparquet finds in a file. Rejects at one that is cut off, since what is in it stands at its end. */
export async function readParquet(file: Buffer): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: new Uint8Array(file).buffer });
}
