import { describe, expect, it } from '@jest/globals';
import { sessions, type SessionWindows } from '../../../src/processor/window/session-windows.js';
import { sessionWindowed, string } from '../../../src/serde/index.js';
import { run, text, type Row } from './run.js';

/** `start-end=value@timestamp` of each change of the sessions; null values are retractions. */
async function changes(windows: SessionWindows, inputs: readonly Row<string, string>[], cacheMaxBytes = 0) {
  const rows = await run(
    (builder) => {
      const grouped = builder.stream('in', text).groupByKey();
      const add = (all: string, value: string | null) => all + String(value);
      const merge = (all: string, session: string) => `${all}|${session}`;
      grouped.windowedBy(windows).aggregate(() => '', add, merge, { value: string() }).toStream().to('out'); // prettier-ignore
    },
    inputs,
    { key: sessionWindowed(string()), value: string(), cacheMaxBytes },
  );
  return rows.map(([window, value, timestamp]) => `${window?.start}-${window?.end}=${value}@${timestamp}`);
}

describe('sessions', () => {
  it('last as long as records come within the gap, and results have the time of their end', async () => {
    const inputs: Row<string, string>[] = [['k', 'a', 0], ['k', 'b', 5], ['k', 'c', 11], ['l', 'd', 12]]; // prettier-ignore
    expect(await changes(sessions(5), inputs)).toEqual([
      '0-0=a@0',
      '0-0=null@0',
      '0-5=|ab@5',
      '11-11=c@11',
      '12-12=d@12',
    ]);
  });

  it('are merged and retracted when a record joins them, the earlier one first', async () => {
    const inputs: Row<string, string>[] = [['k', 'a', 0], ['k', 'b', 8], ['k', 'c', 4]]; // prettier-ignore
    expect(await changes(sessions(5, { grace: 100 }), inputs)).toEqual([
      '0-0=a@0',
      '8-8=b@8',
      '0-0=null@0',
      '8-8=null@8',
      '0-8=|a|bc@8',
    ]);
  });

  it('take a record at the time of a session without a retraction', async () => {
    expect(await changes(sessions(5), [['k', 'a', 3], ['k', 'b', 3]])).toEqual(['3-3=a@3', '3-3=|ab@3']); // prettier-ignore
  });

  it('take late records until stream time has passed their end, the gap and the grace', async () => {
    const inputs: Row<string, string>[] = [['k', 'a', 20], ['k', 'b', 10], ['k', 'c', 9]]; // prettier-ignore
    expect(await changes(sessions(5, { grace: 5 }), inputs)).toEqual(['20-20=a@20', '10-10=b@10']);
  });

  it('count records without a value, and drop those without a key', async () => {
    expect(await changes(sessions(5), [['k', null, 0], [null, 'a', 1]])).toEqual(['0-0=null@0']); // prettier-ignore
  });

  it('are retracted by the record cache as without one', async () => {
    const inputs: Row<string, string>[] = [['k', 'a', 0], ['k', 'b', 5]]; // prettier-ignore
    expect(await changes(sessions(5), inputs, 1_000_000)).toEqual(['0-0=a@0', '0-0=null@0', '0-5=|ab@5']);
  });
});
