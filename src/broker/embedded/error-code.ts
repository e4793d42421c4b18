import { ErrorCode as CLIENT_CODES } from '../client/error-codes.js';

/** Kafka's error numbers by their names, and NONE. */
export const ErrorCode = { NONE: 0, ...CLIENT_CODES } as const;
