import { describe, expect, it } from '@jest/globals';
import { mergeExpositions } from '../../../../src/app/supervisor/merge-expositions.js';
import { Restarts } from '../../../../src/app/supervisor/restarts.js';

describe('a process that ends', () => {
  it('is started again after longer and longer waits, and given up at last', () => {
    const restarts = new Restarts();
    const waits = Array.from({ length: 6 }, () => restarts.next(1_000));
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, undefined]);
  });

  it('is forgiven its earlier ends when it ran for a minute', () => {
    const restarts = new Restarts();
    expect([restarts.next(0), restarts.next(0), restarts.next(60_000), restarts.next(0)]).toEqual([
      500, 1_000, 500, 1_000,
    ]);
  });
});

describe('the metrics of several processes', () => {
  it('stand together by name, each with the process that it is of', () => {
    const text = (value: number): string => `# HELP up Is up.\n# TYPE up gauge\nup ${value}\nup{task="0_0"} ${value}\n`;
    expect(
      mergeExpositions(
        new Map([
          ['0', text(1)],
          ['1', text(2)],
        ]),
      ),
    ).toBe(
      // prettier-ignore
      [
        '# HELP up Is up.',
        '# TYPE up gauge',
        'up{process="0"} 1',
        'up{process="0",task="0_0"} 1',
        'up{process="1"} 2',
        'up{process="1",task="0_0"} 2',
        '',
      ].join('\n'),
    );
  });
});
