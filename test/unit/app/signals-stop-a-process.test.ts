import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { runUntilStopped, type Ending } from '../../../src/app/shutdown.js';
import { createLogger } from '../../../src/observability/pino-logger.js';

function running(close: () => Promise<boolean>) {
  const signals = new EventEmitter();
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ level: 'info', pretty: false, colour: false, destination });
  const ended: Promise<Ending> = runUntilStopped({ failed, close }, { signals, deadlineMs: 100, log });
  return { signals, fail, ended, lastLine: () => lines.at(-1) };
}
const never = (): Promise<boolean> => new Promise(() => undefined);

describe('a process', () => {
  it.each(['SIGINT', 'SIGTERM'])('stops gracefully at %s and says whether it was in time', async (signal) => {
    for (const inTime of [true, false]) {
      const { signals, ended } = running(() => Promise.resolve(inTime));
      signals.emit(signal);
      expect(await ended).toEqual({ reason: 'signal', inTime });
    }
  });

  it.each([
    [true, 'stopped cleanly: everything is committed'],
    [false, 'stopped at the deadline'],
  ])('ends its log by saying so (in time: %j)', async (inTime, text) => {
    const { signals, ended, lastLine } = running(() => Promise.resolve(inTime));
    signals.emit('SIGTERM');
    await ended;
    expect(lastLine()).toContain(text);
  });

  it('does not wait for the end at a second signal', async () => {
    const { signals, ended } = running(never);
    signals.emit('SIGINT');
    signals.emit('SIGTERM');
    expect(await ended).toEqual({ reason: 'forced' });
  });

  it('stops with the reason when an application fails', async () => {
    const { fail, ended } = running(() => Promise.resolve(true));
    const error = new Error('fenced');
    fail(error);
    expect(await ended).toEqual({ reason: 'failure', error });
  });

  it('leaves no listener behind', async () => {
    const { signals, ended } = running(() => Promise.resolve(true));
    signals.emit('SIGINT');
    await ended;
    expect(signals.eventNames()).toEqual([]);
  });
});
