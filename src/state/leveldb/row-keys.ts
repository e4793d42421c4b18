/*
 * The keys of a task's database (format 1):
 *
 *     00 'f'                         format version
 *     00 'p'                         positions, JSON
 *     00 'q'                         positions and numbers of a commit that is not known yet, JSON
 *     00 'd' | store name            its id and layout, JSON
 *     00 'n' | store id, 2 bytes     its numbers (observed time, sequence number), JSON
 *     00 's' | store id, 2 bytes | fingerprint, 8 bytes   text of a schema that values of the store were written by
 *     01 | row key                   a row of such a commit: 01 and the value, or 00 for a deletion
 *     store id, 2 bytes | row        the rows of a store; ids start at 0200
 */

/** Ids of stores start here: above the areas of metadata and pending rows. */
export const FIRST_STORE_ID = 0x0200;

export const FORMAT_KEY = Buffer.from('\x00f', 'latin1');
export const POSITIONS_KEY = Buffer.from('\x00p', 'latin1');
export const PENDING_POSITIONS_KEY = Buffer.from('\x00q', 'latin1');
export const PENDING_AREA = Buffer.of(1);

export function descriptionKey(storeName: string): Buffer {
  return Buffer.from(`\x00d${storeName}`, 'utf8');
}

export function numbersKey(storeId: number): Buffer {
  return Buffer.of(0, 0x6e, storeId >>> 8, storeId & 0xff);
}

/** @param fingerprint in hex; empty: what all of the store's begin with */
export function writerKey(storeId: number, fingerprint: string): Buffer {
  return Buffer.concat([Buffer.of(0, 0x73, storeId >>> 8, storeId & 0xff), Buffer.from(fingerprint, 'hex')]);
}

/** What every row of a store starts with. */
export function storePrefix(storeId: number): Buffer {
  return Buffer.of(storeId >>> 8, storeId & 0xff);
}
