import { invalid } from '../util/errors.js';
import { protoText, serviceOf } from './codegen/service-files.js';
import type { QueryDefinition } from './define-query.js';
import type { TopologyDefinition } from './define-topology.js';

/**
 * What cannot be served together is refused before anything is opened.
 * @throws MillraceError `QUERY_NAME_TAKEN`, `QUERY_PATH_TAKEN`, `QUERY_SERVICE_TAKEN`, `QUERY_SERVICE_STALE`
 */
export function checkQueries(topologies: readonly TopologyDefinition[]): void {
  const paths = new Map<string, Owner>();
  const services = new Map<string, string>();
  for (const topology of topologies) {
    const names = new Map<string, Owner>();
    for (const query of topology.queries ?? []) {
      const owner = { topology: topology.name, query };
      takeName(names, owner);
      takePath(paths, owner);
    }
    checkService(topology, services);
  }
}

interface Owner {
  readonly topology: string;
  readonly query: QueryDefinition;
}

function takeName(taken: Map<string, Owner>, owner: Owner): void {
  const { topology, query } = owner;
  if (taken.has(query.name)) {
    throw invalid('QUERY_NAME_TAKEN', `topology "${topology}" has two queries of name "${query.name}"`, {
      hint: 'Give one of them another name.',
    });
  }
  taken.set(query.name, owner);
}

/** Two paths are the same when they differ in nothing but the names in braces. */
function takePath(taken: Map<string, Owner>, owner: Owner): void {
  const shape = owner.query.path.replace(/\{\w+\}/g, '{}');
  const other = taken.get(shape);
  if (other) {
    const [a, b] = [other, owner].map(({ topology, query }) => `"${query.name}" of "${topology}"`);
    throw invalid('QUERY_PATH_TAKEN', `queries ${a} and ${b} have the same path ${owner.query.path}`, {
      hint: 'Give one of them another path, or run the topologies in two processes.',
    });
  }
  taken.set(shape, owner);
}

function checkService(topology: TopologyDefinition, taken: Map<string, string>): void {
  const { service, name } = topology;
  if (service === undefined) return;
  const other = taken.get(service.name);
  if (other !== undefined) {
    throw invalid('QUERY_SERVICE_TAKEN', `topologies "${other}" and "${name}" both have service ${service.name}`, {
      hint: 'Name one of them otherwise with `millrace codegen --service`, or run them in two processes.',
    });
  }
  taken.set(service.name, name);
  if (protoText(serviceOf(topology), name, service.proto) === service.proto) return;
  throw invalid(
    'QUERY_SERVICE_STALE',
    `service ${service.name} is not what the queries of topology "${name}" declare`,
    {
      hint: `Run \`millrace codegen ${name}\`.`,
    },
  );
}
