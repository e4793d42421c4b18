import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { combinedKey, foreignKeyPrefix, primaryKeyOf } from '../../../src/processor/foreign-key-join/combined-key.js';
import { subscriptionSerde, type Instruction } from '../../../src/processor/foreign-key-join/subscription.js';
import { answerSerde } from '../../../src/processor/foreign-key-join/subscription-answer.js';
import { string } from '../../../src/serde/index.js';
import { murmur3 } from '../../../src/util/murmur3.js';

interface Format {
  readonly what: string;
  readonly inputs: {
    readonly utf8: string;
    readonly foreignKey: string;
    readonly primaryKey: string;
    readonly hashOfUtf8: string | null;
    readonly instruction: keyof typeof NAMES;
    readonly primaryPartition: number | null;
    readonly foreignValue: string | null;
  };
  readonly hex: string;
}

const NAMES = {
  DELETE_KEY_NO_PROPAGATE: 'unsubscribe',
  DELETE_KEY_AND_PROPAGATE: 'unsubscribeAndAnswer',
  PROPAGATE_NULL_IF_NO_FK_VAL_AVAILABLE: 'subscribeAndAnswer',
  PROPAGATE_ONLY_IF_FK_VAL_AVAILABLE: 'subscribeAndAnswerIfFound',
} satisfies Record<string, Instruction>;

const formats = JSON.parse(readFileSync('test/conformance/formats.json', 'utf8')) as Format[];
const of = (what: string): Format[] => formats.filter((format) => format.what.startsWith(what));
const hashOf = (text: string | null): Buffer | null => (text === null ? null : murmur3(Buffer.from(text)));

describe('a foreign-key join writes the bytes of Kafka Streams', () => {
  it.each(of('Murmur3'))('hash of $inputs', ({ inputs, hex }) => {
    expect(murmur3(Buffer.from(inputs.utf8)).toString('hex')).toBe(hex);
  });

  it.each(of('foreign-key join: key of'))('key $inputs', ({ inputs, hex }) => {
    const key = combinedKey(Buffer.from(inputs.foreignKey), Buffer.from(inputs.primaryKey));
    expect([key.toString('hex'), primaryKeyOf(key, string())]).toEqual([hex, inputs.primaryKey]);
  });

  it.each(of('foreign-key join: prefix'))('prefix $inputs', ({ inputs, hex }) => {
    expect(foreignKeyPrefix(Buffer.from(inputs.foreignKey)).toString('hex')).toBe(hex);
  });

  it.each(of('foreign-key join: subscription'))('subscription $inputs', ({ inputs, hex }) => {
    const serde = subscriptionSerde(string(), string());
    const { primaryKey, primaryPartition, hashOfUtf8 } = inputs;
    const instruction = NAMES[inputs.instruction];
    const hash = hashOf(hashOfUtf8);
    const subscription = { hash, instruction, primaryKey, primaryPartition: primaryPartition ?? undefined };
    const written = serde.serialize(subscription);
    expect(written.toString('hex')).toBe(hex);
    expect(serde.deserialize(written, 0, written.length)).toEqual(subscription);
  });

  it.each(of('foreign-key join: response'))('answer $inputs', ({ inputs: { hashOfUtf8, foreignValue }, hex }) => {
    const serde = answerSerde(string());
    const answer = { hash: hashOf(hashOfUtf8), foreignValue, primaryPartition: undefined };
    const written = serde.serialize(answer);
    expect(written.toString('hex')).toBe(hex);
    const none = foreignValue === '' ? null : foreignValue; // no bytes are no value
    expect(serde.deserialize(written, 0, written.length)).toEqual({ ...answer, foreignValue: none });
  });

  it('refuses what it does not know', () => {
    const [later, unknown] = [Buffer.of(0x02, 0), Buffer.of(0x01, 9)];
    expect(() => subscriptionSerde(string(), string()).deserialize(later, 0, 2)).toThrow('version or instruction');
    expect(() => subscriptionSerde(string(), string()).deserialize(unknown, 0, 2)).toThrow('version or instruction');
    expect(() => answerSerde(string()).deserialize(later, 0, 2)).toThrow('version');
  });
});
