import type { Logger } from '../../observability/log.js';
import { messageOf } from '../../util/errors.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { SimulatedWorld } from './simulated-world.js';

/** A logger whose lines become part of the trace. */
export function tracingLogger(world: SimulatedWorld, process: SimulatedProcess): Logger {
  const line = (fields: object, message = ''): void => {
    const facts = Object.entries(fields).map(([name, value]) => `${name}=${textOf(value)}`);
    world.trace.add(world.nowMs, `${process.name} | ${[message, ...facts].join(' ')}`);
  };
  const nothing = (): void => undefined;
  const logger: Logger = {
    trace: nothing,
    debug: line,
    info: line,
    warn: line,
    error: line,
    child: () => logger,
  };
  return logger;
}

function textOf(value: unknown): string {
  if (value instanceof Error) return messageOf(value);
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}
