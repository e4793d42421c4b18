import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { SETTINGS, type Setting } from '../../../src/app/settings.js';

const page = readFileSync('docs/command-line.md', 'utf8');

it.each(Object.values(SETTINGS).map((setting): Setting => setting))('$env', ({ env, flag, schema }) => {
  const [row = ''] = page.split('\n').filter((line) => line.startsWith('|') && line.includes(`\`${env}\``));
  expect(row).not.toBe('');
  if (flag !== undefined) expect(row).toContain(`\`${flag.split(' ')[0] ?? ''}\``);
  const byDefault = schema.parse(undefined);
  if (typeof byDefault === 'string' || typeof byDefault === 'number') expect(row).toContain(String(byDefault));
});
