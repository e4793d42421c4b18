import { describe, expect, it } from '@jest/globals';
import { groupFindings } from '../../../../src/app/takeover/group-findings.js';
import type { GroupDescription, GroupMemberDescription } from '../../../../src/broker/client/client.js';
import { encodeSubscription } from '../../../../src/broker/client/consumer-protocol.js';

const stable: GroupDescription = {
  ...{ groupId: 'app', type: 'classic', state: 'Stable', protocolType: 'consumer', protocolName: 'stream' },
  members: [],
};

function found(group: Partial<GroupDescription>): readonly [string, string][] {
  const findings = groupFindings('app', { group: { ...stable, ...group } });
  return findings.map(({ verdict, message }) => [verdict, message]);
}

function member(userData: Buffer): GroupMemberDescription {
  const subscription = encodeSubscription({ topics: ['in'], userData, ownedPartitions: [], generationId: 1 });
  const client = { clientId: 'app-1-StreamThread-1-consumer', clientHost: '/10.0.0.7', assignment: Buffer.alloc(0) };
  return { memberId: 'm', groupInstanceId: null, ...client, subscription };
}

describe('a group', () => {
  it.each<[string, Partial<GroupDescription>, string, RegExp]>([
    ['of Kafka Streams', {}, 'fits', /a classic group, Stable, with 0 members/],
    [
      'of type streams with members',
      { type: 'streams' },
      'misfit',
      /"streams" \(KIP-1071\) with members.*group.protocol/,
    ],
    ['of type streams without', { type: 'streams', state: 'Empty' }, 'note', /makes a classic one of it/],
    ['of type consumer with members', { type: 'consumer' }, 'misfit', /KIP-848/],
    ['of type share', { type: 'share', state: 'Empty' }, 'misfit', /"share" with members/],
    ['of plain consumers', { protocolName: 'range' }, 'misfit', /assign by "range"/],
    ['of another kind', { protocolType: 'connect' }, 'misfit', /protocol type is "connect"/],
  ])('%s', (_, group, verdict, message) => {
    expect(found(group)).toEqual([[verdict, expect.stringMatching(message)]]);
  });

  it('that does not exist begins anew', () => {
    expect(groupFindings('app', { group: undefined })).toMatchObject([{ verdict: 'note' }]);
  });

  it.each([
    [
      'Java',
      Buffer.from('0000000b0000000c', 'hex'),
      /^Kafka Streams for Java, user data version 11 of 12 at \/10.0.0.7$/,
    ],
    ['something else', Buffer.from('hello world'), /^a member of another kind/],
  ])('tells of a member of %s', (_, userData, message) => {
    expect(found({ members: [member(userData)] })[1]).toEqual(['note', expect.stringMatching(message)]);
  });

  it('tells of members that are joining', () => {
    const joining = { ...member(Buffer.alloc(0)), subscription: Buffer.alloc(0) };
    expect(found({ state: 'PreparingRebalance', members: [joining] })[1]?.[1]).toMatch(/^a member that is joining/);
  });
});
