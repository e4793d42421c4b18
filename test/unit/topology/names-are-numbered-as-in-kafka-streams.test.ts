import { describe, expect, it } from '@jest/globals';
import { generatedName, NameGenerator, repartitionNames, validName } from '../../../src/topology/naming.js';

describe('generated names', () => {
  it('share one counter of ten digits', () => {
    const names = new NameGenerator();
    expect([names.generate('A-'), names.storeName('B-')]).toEqual(['A-0000000000', 'B-STATE-STORE-0000000001']);
  });

  it('burn a number for a named operator too', () => {
    const names = new NameGenerator();
    expect([names.nameOr('mine', 'A-'), names.nameOr(undefined, 'A-')]).toEqual(['mine', 'A-0000000001']);
  });

  it('of a repartition follow its prefix unless that is generated itself', () => {
    expect(repartitionNames(new NameGenerator(), 'mine')).toEqual({
      topic: 'mine-repartition',
      sink: 'mine-repartition-sink',
      filter: 'mine-repartition-filter',
      source: 'mine-repartition-source',
    });
    expect(repartitionNames(new NameGenerator(), 'KSTREAM-AGGREGATE-STATE-STORE-0000000007')).toEqual({
      topic: 'KSTREAM-AGGREGATE-STATE-STORE-0000000007-repartition',
      sink: 'KSTREAM-SINK-0000000000',
      filter: 'KSTREAM-FILTER-0000000001',
      source: 'KSTREAM-SOURCE-0000000002',
    });
  });

  it('are told from the names of the program', () => {
    expect(['KSTREAM-MAP-0000000001', 'KSTREAM-MAP-1', 'mine'].map(generatedName)).toEqual([true, false, false]);
  });
});

describe('a name', () => {
  it.each(['', '.', '..', 'a b', 'a/b', 'ä', 'x'.repeat(250)])('is refused when it is "%s"', (name) => {
    expect(() => validName(name)).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
  });

  it('may use letters, digits, dots, underscores and dashes', () => {
    expect(validName('a.B_9-z')).toBe('a.B_9-z');
  });
});
