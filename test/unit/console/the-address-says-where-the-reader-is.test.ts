import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatRoute, parseRoute, VIEWS } from '../../../src/console/page/router/route.js';

const part = fc.string({ minLength: 1 });

describe('the address of a view', () => {
  it('leads back to it, whatever stands in names and keys', () => {
    const query = fc.dictionary(fc.string({ minLength: 1 }), part, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.constantFrom(...VIEWS), fc.array(part), query, (view, path, query) => {
        expect(parseRoute(formatRoute(view, path, query))).toEqual({ view, path, query });
      }),
    );
  });

  it.each(['', '#', '#/', '#/nothing', '#/%E0%A4%A'])('is the overview for "%s"', (hash) => {
    expect(parseRoute(hash).view).toBe('overview');
  });

  it('leaves out what is empty', () => {
    expect(formatRoute('stores', ['wallets', 'balances'], { key: 'b 1', prefix: '' })).toBe(
      '#/stores/wallets/balances?key=b+1',
    );
  });
});
