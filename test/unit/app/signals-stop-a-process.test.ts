import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { runUntilStopped, type Ending } from '../../../src/app/shutdown.js';
import { silentLogger } from '../../../src/observability/log.js';

function running(close: () => Promise<boolean>) {
  const signals = new EventEmitter();
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const ended: Promise<Ending> = runUntilStopped({ failed, close }, { signals, deadlineMs: 100, log: silentLogger });
  return { signals, fail, ended };
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
