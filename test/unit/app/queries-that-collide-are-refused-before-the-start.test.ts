import { describe, expect, it } from '@jest/globals';
import { checkQueries } from '../../../src/app/check-queries.js';
import { defineQuery } from '../../../src/app/define-query.js';
import { defineTopology, type TopologyDefinition } from '../../../src/app/define-topology.js';
import { avro } from '../../../src/serde/index.js';
import { withService } from '../../support/own-service.js';

const query = (name: string, path: string) =>
  defineQuery({ name, path, returns: { word: avro.string() }, answer: () => undefined });
const topology = (name: string, ...queries: ReturnType<typeof query>[]): TopologyDefinition =>
  defineTopology({ name, queries, build: () => undefined });

const codeOf = (...topologies: TopologyDefinition[]): unknown => {
  try {
    checkQueries(topologies);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('queries that are served together', () => {
  const a = topology('a', query('one', '/one/{id}'), query('two', '/two'));

  it('may be of several topologies', () => {
    expect(codeOf(a, topology('b', query('one', '/other/{id}')))).toBeUndefined();
  });

  it('have paths of their own, whatever the names in them', () => {
    expect(codeOf(a, topology('b', query('one', '/one/{other}')))).toMatchObject({ code: 'QUERY_PATH_TAKEN' });
  });

  it('have names of their own in a topology', () => {
    expect(codeOf(topology('b', query('one', '/a'), query('one', '/b')))).toMatchObject({ code: 'QUERY_NAME_TAKEN' });
  });

  it('are in services of different names', () => {
    const b = withService(topology('b', query('one', '/other')), 'shop.v1.ShopService');
    const c = withService(topology('c', query('one', '/third')), 'shop.v1.ShopService');
    expect(codeOf(b, c)).toMatchObject({ code: 'QUERY_SERVICE_TAKEN' });
  });

  it('are what their generated service says', () => {
    const served = withService(a, 'shop.v1.ShopService');
    expect(codeOf(served)).toBeUndefined();
    const edited = { ...served, queries: [...(a.queries ?? []), query('three', '/three')] };
    expect(codeOf(edited)).toMatchObject({ code: 'QUERY_SERVICE_STALE', hint: 'Run `millrace codegen a`.' });
  });
});
