import { silentLogger, type Logger } from '../../observability/log.js';
import type { LogLine } from './thread-messages.js';

/** The log of a thread that has none of its own; what is finer than `info` is not sent. */
export function sentLog(send: (line: LogLine) => void): Logger {
  const at = (level: LogLine['level']) => (fields: object, message?: string) => {
    send({ level, fields, message: message ?? '' });
  };
  const log: Logger = { ...silentLogger, info: at('info'), warn: at('warn'), error: at('error'), child: () => log };
  return log;
}
