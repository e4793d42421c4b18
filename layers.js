/**
 * Who may import whom in src/. Read by the linter (which fails on any other import) and compared with ARCHITECTURE.md's
 * table by test/architecture.test.ts. Folders are matched by the first pattern that fits.
 */
export const layers = [
  layer('util', []),
  layer('observability', ['util']),
  layer('record-batch', ['util', 'observability'], 'src/broker/record-batch/**'),
  layer('broker-client', ['util', 'observability', 'record-batch'], 'src/broker/client/**'),
  layer('broker-kafka', ['util', 'observability', 'record-batch', 'broker-client'], 'src/broker/kafka/**'),
  layer('broker-embedded', ['util', 'observability', 'record-batch', 'broker-client'], 'src/broker/embedded/**'),
  layer('serde', ['util', 'observability']),
  layer('state', ['util', 'observability', 'serde']),
  layer('topology', ['util', 'observability', 'serde', 'state']),
  layer('processor', ['util', 'observability', 'serde', 'state', 'topology']),
  layer('dsl', ['util', 'serde', 'state', 'topology', 'processor']),
  layer('runtime', [
    'util',
    'observability',
    'record-batch',
    'broker-client',
    'serde',
    'state',
    'topology',
    'processor',
  ]),
  layer('testing', [
    'util',
    'observability',
    'record-batch',
    'broker-client',
    'broker-embedded',
    'serde',
    'state',
    'topology',
    'processor',
    'dsl',
    'runtime',
  ]),
  layer('query', ['util', 'observability', 'serde', 'state', 'topology', 'runtime']),
  layer('console-page', [], 'src/console/page/**'), // runs in browsers
  layer('console', ['util', 'observability', 'topology', 'runtime']),
  layer('connect', ['util', 'observability', 'serde', 'topology']),
  layer('app', [
    'util',
    'observability',
    'record-batch',
    'broker-client',
    'broker-kafka',
    'broker-embedded',
    'serde',
    'state',
    'topology',
    'processor',
    'dsl',
    'runtime',
    'query',
    'console',
    'connect',
  ]),
  layer('cli', ['app', 'query', 'topology', 'util', 'observability', 'serde']),
  layer('public', ['app', 'query', 'connect', 'dsl', 'processor', 'topology', 'state', 'serde', 'util'], 'src'),
  layer('topologies', ['public', 'testing'], 'topologies/**'),
];

function layer(name, imports, pattern = `src/${name}/**`) {
  return { name, pattern, imports };
}
