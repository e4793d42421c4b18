import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { METRICS } from '../../../src/observability/metric-names.js';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.includes('metric-names'))
  .map((file) => readFileSync(`src/${file}`, 'utf8'));

it('names every metric that the source counts', () => {
  const used = sources.flatMap((text) =>
    [...text.matchAll(/\.(counter|gauge|histogram)\(\s*'([a-z_0-9]+)'/g)].map(([, type, name]) => ({ name, type })),
  );
  const wrong = used.filter(({ name, type }) => METRICS[name ?? '']?.type !== type);
  expect(wrong).toEqual([]);
});

it('lists only what the source counts', () => {
  const silent = Object.keys(METRICS).filter((name) => !sources.some((text) => text.includes(`'${name}'`)));
  expect(silent).toEqual([]);
});

it('names metrics as Prometheus asks: snake case, counters end in _total, times in seconds', () => {
  for (const [name, { type }] of Object.entries(METRICS)) {
    expect(name).toMatch(/^(millrace|grpc_server)_[a-z0-9_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(ms|millis|milliseconds)(_|$)/);
  }
});
