import type { ReadRecord } from './test-cluster.js';

/** Results of an operator by `key`, or `key@start-end`. */
export type HandoverResults = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Joins meet the records of two topics in an order of their own, and a repartition topic is filled from two partitions. */
const UNORDERED = new Set(['join', 'left']);
const LAST_ONLY = new Set(['tumbling']);

/**
 * What test/java-handover has written, by operator and key: every result in its order, but of joins in any order, and of what
 * is repartitioned the last one.
 */
export function handoverResults(records: readonly ReadRecord[]): HandoverResults {
  const results: Record<string, Record<string, string[]>> = {};
  for (const { key, value } of records) {
    const [operator = '', rest = ''] = (key ?? '').split('/', 2);
    const ofOperator = (results[operator] ??= {});
    const values = (ofOperator[rest] ??= []);
    if (LAST_ONLY.has(operator)) values.length = 0;
    values.push(value ?? '');
    if (UNORDERED.has(operator)) values.sort();
  }
  return results;
}
