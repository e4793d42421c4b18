import { pino, type DestinationStream, type LoggerOptions } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Logger } from './log.js';

/** Least severe level that is written. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * A logger that writes JSON lines to standard output, or coloured text where `pretty` is set (a terminal).
 * @param options.destination where to write instead of standard output
 */
export function createLogger(options: {
  readonly level: LogLevel;
  readonly pretty?: boolean;
  readonly colour?: boolean;
  readonly destination?: DestinationStream;
}): Logger {
  const settings: LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // causes apart: our messages quote them already
    serializers: { err: pino.stdSerializers.errWithCause, error: pino.stdSerializers.errWithCause },
  };
  if (!options.pretty) return options.destination ? pino(settings, options.destination) : pino(settings);
  const stream = PinoPretty({
    colorize: options.colour ?? true,
    translateTime: 'SYS:HH:MM:ss.l',
    errorLikeObjectKeys: ['error', 'err'],
    singleLine: true,
    destination: options.destination ?? 1,
    sync: true,
  });
  return pino(settings, stream);
}
