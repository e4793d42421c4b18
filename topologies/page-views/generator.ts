import { defineGenerator } from 'millrace';
import type { PageView } from './page-view.js';

const USERS = 10_000;
const POSTCODES = 90;

/** Views of pages `page-1`, `page-2`, …; the first ones are seen most. */
export const pageViewsGenerator = defineGenerator({
  topics: ['page-views'],
  ratePerSecond: 1_000,
  options: { pages: { default: 100, description: 'how many pages there are' } },
  next({ timestampMs, random, options }) {
    const page_id = `page-${1 + Math.floor(options.pages * random.next() ** 2)}`;
    const value: PageView = {
      user_id: `user-${1 + Math.floor(random.next() * USERS)}`,
      page_id,
      postcode: `${10 + Math.floor(random.next() * POSTCODES)}000`,
      webpage: `https://shop.example/${page_id}`,
      timestamp: timestampMs,
    };
    return { topic: 'page-views', key: page_id, value };
  },
});
