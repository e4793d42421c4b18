import { describe, expect, it } from '@jest/globals';
import { KafkaFeatures } from '../../../../src/broker/kafka/kafka-features.js';
import { supportedVersion } from '../../../../src/broker/kafka/request-codec.js';
import { requestCodecs } from '../../../../src/broker/kafka/request-codecs.js';

const everything = new Map(
  Object.values(requestCodecs).map(({ apiKey }) => [apiKey, { minVersion: 0, maxVersion: 99 }]),
);
const features = (level?: number): KafkaFeatures =>
  new KafkaFeatures({
    errorCode: 0,
    ranges: everything,
    features: new Map(level === undefined ? [] : [['transaction.version', level]]),
  });

describe('the version of a request', () => {
  it.each([
    ['the highest both know', { minVersion: 0, maxVersion: 11 }, 11],
    ['ours, if the broker goes on', { minVersion: 3, maxVersion: 13 }, 12],
    ['none, if the broker is too old', { minVersion: 0, maxVersion: 8 }, -1],
    ['none, if the broker is too new', { minVersion: 13, maxVersion: 15 }, -1],
  ])('is %s', (_, range, version) => {
    const { produce } = { produce: requestCodecs.Produce };
    expect(supportedVersion(produce, new Map([[produce.apiKey, range]]), 2)).toBe(version);
  });

  it('is none if the broker lacks the request', () => {
    expect(supportedVersion(requestCodecs.Produce, new Map(), 2)).toBe(-1);
  });

  it.each([
    [2, [12, 5, 5]],
    [1, [11, 4, 4]],
    [undefined, [11, 4, 4]],
  ])('follows the finalized transaction.version %s', (level, versions) => {
    const found = features(level);
    expect([found.version('Produce'), found.version('TxnOffsetCommit'), found.version('EndTxn')]).toEqual(versions);
    expect(found.transactionVersion).toBe(level ?? 0);
  });
});
