import { expect, it } from '@jest/globals';
import { generate } from '../../../src/connect/generator/generate.js';
import { salesGenerator } from '../../../topologies/sales/generator.js';
import { parseSale, saleTimeMs, type Sale } from '../../../topologies/sales/sale.js';

const START = 1_700_000_000_000;
const sales = (options?: Record<string, number>): Sale[] =>
  [...generate(salesGenerator, { seed: 7, count: 5_000, startMs: START, options })].map(({ value }) => value as Sale);

it('gives valid sales of a thousand sellers, 100 a second', () => {
  const made = sales();
  expect(made.map(parseSale)).toEqual(made);
  expect(new Set(made.map(({ seller_id }) => seller_id)).size).toBeGreaterThan(900);
  expect(Math.max(...made.map(saleTimeMs))).toBeLessThan(START + 50_000);
});

it('gives four sellers when asked', () => {
  expect([...new Set(sales({ sellers: 4 }).map(({ seller_id }) => seller_id))].sort()).toEqual([
    'seller-1',
    'seller-2',
    'seller-3',
    'seller-4',
  ]);
});
