/** One record header: name and value; a value may be null, as in Kafka. Names may repeat; order is kept. */
export type Header = readonly [name: string, value: Buffer | null];

/** The headers of one record, in order. Never changed in place: adding one makes a new list. */
export type Headers = readonly Header[];

/** No headers; shared by every record without any. */
export const NO_HEADERS: Headers = Object.freeze([]);
