import { expect, it } from '@jest/globals';
import { createLogger } from '../../../src/observability/pino-logger.js';

function written(level: 'info' | 'error', pretty: boolean): { lines: string[]; log: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLogger({ level, pretty, colour: false, destination }) };
}

it('writes one JSON object per line, with the level by name and the bindings of its parents', () => {
  const { lines, log } = written('info', false);
  log.child({ application: 'sales' }).warn({ task: '0_1' }, 'late');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', application: 'sales', task: '0_1', msg: 'late' });
});

it('leaves out what is below its level', () => {
  const { lines, log } = written('error', false);
  log.info({}, 'no');
  expect(lines).toEqual([]);
});

it.each(['err', 'error'])('tells an error and its cause once each, as %s', (name) => {
  const { lines, log } = written('info', false);
  const cause = new Error('disk full');
  log.error({ [name]: new Error('not written: disk full', { cause }) }, 'failed');
  const told = (JSON.parse(lines[0] ?? '') as Record<string, unknown>)[name];
  expect(told).toMatchObject({ message: 'not written: disk full', cause: { message: 'disk full' } });
});
