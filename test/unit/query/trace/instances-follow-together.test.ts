import { describe, expect, it } from '@jest/globals';
import { TraceRecordsResponse } from '../../../../src/query/gen/millrace/query/v1/topology_service.js';
import { mergedTraces, type TraceMember } from '../../../../src/query/trace/merged-traces.js';
import { storeUnavailableError } from '../../../../src/query/query-errors.js';

const sign = TraceRecordsResponse.create({});
const drop = (traceId: string): TraceRecordsResponse => TraceRecordsResponse.create({ traceId, step: { $case: 'drop', value: { reason: 'late' } } }); // prettier-ignore

/** An instance that tells of these, one after the other, and then ends, or fails. */
function member(instanceId: string, messages: readonly TraceRecordsResponse[], failing = false): TraceMember {
  return {
    instanceId,
    async *follow() {
      for (const message of messages) {
        await Promise.resolve();
        yield message;
      }
      if (failing) throw storeUnavailableError('NOT_ACTIVE', '', `${instanceId} is gone`);
    },
  };
}

async function told(members: () => readonly TraceMember[]): Promise<string[]> {
  const ids: string[] = [];
  for await (const { step, traceId } of mergedTraces(members)) if (step) ids.push(traceId);
  return ids.sort();
}

describe('the steps of several instances', () => {
  it('are told as they come, until all have ended', async () => {
    const members = [member('a', [sign, drop('1'), drop('2')]), member('b', [sign, drop('3')])];
    expect(await told(() => members)).toEqual(['1', '2', '3']);
  });

  it('come without one that is gone, as long as there is another', async () => {
    const gone = member('a', [drop('1')], true);
    let asked = 0;
    const rest = member('b', [drop('2'), drop('3'), drop('4')]);
    expect(await told(() => (asked++ === 0 ? [gone, rest] : [rest]))).toEqual(['1', '2', '3', '4']);
    await expect(told(() => [gone])).rejects.toMatchObject({ code: 'NOT_ACTIVE' });
  });

  it('come also of one that joins later', async () => {
    const first = member('a', [sign, sign, drop('1')]);
    let asked = 0;
    const members = (): TraceMember[] => (asked++ === 0 ? [first] : [first, member('b', [drop('2')])]);
    expect(await told(members)).toEqual(['1', '2']);
  });

  it('are unavailable while there is nobody to ask', async () => {
    await expect(told(() => [])).rejects.toMatchObject({ code: 'NOT_ACTIVE', kind: 'unavailable' });
  });
});
