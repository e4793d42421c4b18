/** The part of pino's logger that Millrace uses; a pino logger is one. Fields first, then the message. */
export interface Logger {
  trace(fields: object, message?: string): void;
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
  child(bindings: Readonly<Record<string, unknown>>): Logger;
}

const nothing = (): void => undefined;

/** Says nothing: for tests and tools. */
export const silentLogger: Logger = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};
