import { describe, expect, it } from '@jest/globals';
import type { ApiName, RequestOf, ResponseOf } from '../../../../src/broker/client/protocol.js';
import type { RequestCodec } from '../../../../src/broker/kafka/request-codec.js';
import { requestCodecs } from '../../../../src/broker/kafka/request-codecs.js';
import { frameApiVersions, frameRequest } from '../../../../src/broker/kafka/request-frame.js';
import { decodeApiVersions } from '../../../../src/broker/kafka/requests/api-versions.js';
import { WireReader } from '../../../../src/broker/kafka/wire-reader.js';
import { WireWriter } from '../../../../src/broker/kafka/wire-writer.js';

function encode<A extends ApiName>(api: A, version: number, message: RequestOf<A>): string {
  const codec: RequestCodec<A> = requestCodecs[api];
  const writer = new WireWriter();
  codec.encode(writer, message, version);
  return writer.finish().toString('hex');
}

function decode<A extends ApiName>(api: A, version: number, hex: string, request: RequestOf<A>): ResponseOf<A> {
  const codec: RequestCodec<A> = requestCodecs[api];
  return codec.decode(new WireReader(Buffer.from(hex, 'hex')), version, request);
}

const producer = { transactionalId: 'x', producerId: 5n, producerEpoch: 2 };

describe('a request', () => {
  it('starts with its length, key, version, correlation id and client id', () => {
    const member = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null };
    const frame = frameRequest(requestCodecs.Heartbeat, 4, 'me', member);
    expect(frame.toString('hex')).toBe(
      '00000017' + '000c' + '0004' + '00000000' + '00026d65' + '00' + '0267' + '00000001' + '026d' + '00' + '00',
    );
  });

  it('names each topic once, in order of first mention', () => {
    const at = (topic: string, partition: number) => ({ topic, partition });
    const partitions = [at('b', 1), at('a', 0), at('b', 2)];
    expect(encode('AddPartitionsToTxn', 3, { ...producer, partitions })).toBe(
      '0278' + '0000000000000005' + '0002' + ('03' + '0262' + '030000000100000002' + '00') + '0261020000000000' + '00',
    );
  });

  it('carries records as they are', () => {
    const partitions = [{ topic: 't', partition: 3, records: Buffer.from('abc') }];
    const message = { transactionalId: null, acks: -1, timeoutMs: 1, partitions } as const;
    expect(encode('Produce', 12, message)).toBe(
      '00' + 'ffff' + '00000001' + '02' + '0274' + '02' + '00000003' + '04616263' + '00' + '00' + '00',
    );
  });

  it('asks for all partitions of a group by null', () => {
    const message = { groupId: 'g', partitions: null, requireStable: true };
    expect(encode('OffsetFetch', 7, message)).toBe('0267' + '00' + '01' + '00');
  });

  it.each([7, 8, 9])('in version %i has what that version has', (version) => {
    const message = {
      groupId: 'g',
      sessionTimeoutMs: 1,
      rebalanceTimeoutMs: 2,
      memberId: '',
      groupInstanceId: null,
      protocolType: 'consumer',
      protocols: [],
      reason: 'why',
    };
    expect(encode('JoinGroup', version, message).endsWith('04776879' + '00')).toBe(version >= 8);
  });
});

describe('an answer', () => {
  it('to EndTxn names the next producer epoch only from version 5 on', () => {
    const request = { ...producer, committed: true };
    const same = { errorCode: 0, producerId: 5n, producerEpoch: 2 };
    expect(decode('EndTxn', 4, '00000000' + '0000' + '00', request)).toEqual(same);
    expect(decode('EndTxn', 5, '00000000' + '0000' + '0000000000000006' + '0000' + '00', request)).toEqual({
      errorCode: 0,
      producerId: 6n,
      producerEpoch: 0,
    });
    expect(decode('EndTxn', 5, '00000000' + '005a' + 'ffffffffffffffff' + 'ffff' + '00', request)).toEqual({
      ...same,
      errorCode: 90,
    });
  });

  it('to Fetch holds records as views of its bytes, and none where there is null', () => {
    const head = '00000000' + '0000' + '00000000' + '02' + '0274' + '03';
    const partition = (index: string, aborted: string, records: string) =>
      `${index}0000` +
      '0000000000000007' +
      '0000000000000006' +
      '0000000000000001' +
      aborted +
      'ffffffff' +
      `${records}00`;
    const body = partition('00000000', '02' + '0000000000000009' + '0000000000000004' + '00', '03abcd');
    const hex = head + body + partition('00000001', '00', '00') + '00' + '00';
    const request = { isolation: 'read_committed', maxWaitMs: 1, minBytes: 1, maxBytes: 1, partitions: [] } as const;
    const marks = { topic: 't', errorCode: 0, highWatermark: 7, lastStableOffset: 6, logStartOffset: 1 };
    expect(decode('Fetch', 12, hex, request).partitions).toEqual([
      {
        ...marks,
        partition: 0,
        abortedTransactions: [{ producerId: 9n, firstOffset: 4 }],
        records: Buffer.from('abcd', 'hex'),
      },
      { ...marks, partition: 1, abortedTransactions: [], records: Buffer.alloc(0) },
    ]);
  });

  it.each([
    [3, '', { state: '', type: 'classic' }],
    [4, '06' + Buffer.from('Empty').toString('hex'), { state: 'Empty', type: 'classic' }],
    [
      5,
      '06' + Buffer.from('Empty').toString('hex') + '08' + Buffer.from('Streams').toString('hex'),
      { type: 'streams' },
    ],
  ])('to ListGroups in version %i tells what that version tells', (version, rest, group) => {
    const hex = '00000000' + '0000' + '02' + ('0267' + '0263' + rest + '00') + '00';
    const { groups } = decode('ListGroups', version, hex, { types: [] });
    expect(groups).toMatchObject([{ groupId: 'g', protocolType: 'c', ...group }]);
  });

  it("to Produce gives the record's error where the batch has none", () => {
    const hex =
      '02' + '0274' + '02' + '00000000' + '0057' + 'ffffffffffffffff'.repeat(3) + '02' + '00000000' + '04626164' + '00';
    const request = { transactionalId: null, acks: -1, timeoutMs: 1, partitions: [] } as const;
    const { partitions } = decode('Produce', 12, hex + '00' + '00' + '00' + '00000000' + '00', request);
    expect(partitions).toMatchObject([{ errorCode: 87, errorMessage: 'bad', baseOffset: -1 }]);
  });
});

describe('the first exchange on a connection', () => {
  it('names the software', () => {
    expect(frameApiVersions('me').includes('millrace')).toBe(true);
  });

  it('reads versions and finalized features, and skips other tagged fields', () => {
    const features = '02' + '14' + Buffer.from('transaction.version').toString('hex') + '0002' + '0000' + '00';
    const tags = '03' + '00' + '02' + '0101' + '01' + '08' + '0000000000000005' + '02';
    const size = (features.length / 2).toString(16).padStart(2, '0');
    const hex = '0000' + '02' + '0001' + '0004' + '0012' + '00' + '00000000' + tags + size + features;
    const answer = decodeApiVersions(new WireReader(Buffer.from(hex, 'hex')));
    expect(answer.ranges).toEqual(new Map([[1, { minVersion: 4, maxVersion: 18 }]]));
    expect(answer.features).toEqual(new Map([['transaction.version', 2]]));
  });
});
