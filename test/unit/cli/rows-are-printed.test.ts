import { describe, expect, it } from '@jest/globals';
import { outputFormat, printRows, type OutputFormat, type Row } from '../../../src/cli/output.js';

async function printed(rows: readonly Row[], format: OutputFormat): Promise<string> {
  let text = '';
  const terminal = {
    interactive: false,
    colour: false,
    out: (part: string) => void (text += part),
    error: () => undefined,
  };
  async function* source() {
    for (const row of rows) yield await Promise.resolve(row);
  }
  await printRows(terminal, source(), format);
  return text;
}

const rows = [
  { key: 'a', value: { total: 1 } },
  { key: 'long key', value: null },
];

describe('rows', () => {
  it('stand in columns under their names', async () => {
    expect(await printed(rows, 'text')).toBe('KEY       VALUE\na         {"total":1}\nlong key\n');
  });

  it('are one array in JSON, one object per line in JSON lines', async () => {
    expect(JSON.parse(await printed(rows, 'json'))).toEqual(rows);
    expect((await printed(rows, 'jsonl')).split('\n')).toEqual([...rows.map((row) => JSON.stringify(row)), '']);
  });

  it('are nothing when there are none', async () => {
    expect(await printed([], 'text')).toBe('');
    expect(await printed([], 'json')).toBe('[]\n');
  });

  it('have no other format', () => {
    expect(() => outputFormat('xml')).toThrow('"xml" is not an output format');
  });
});
