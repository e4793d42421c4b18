import type { OwnQueries, OwnService } from '../query/own-queries.js';
import { MillraceError } from '../util/errors.js';
import type { TopologyDefinition } from './define-topology.js';
import { methodOf } from './query-names.js';
import { askQuery, type ServedQuery } from './served-query.js';

/** Answers for the queries that are served here. */
export function ownQueries(served: readonly ServedQuery[]): OwnQueries {
  const byName = new Map(served.map((each) => [`${each.application} ${each.query.name}`, each]));
  return {
    async answerQuery({ application, query, input }) {
      const found = byName.get(`${application} ${query}`);
      if (found) return askQuery(found, input);
      const message = `query "${query}" of application "${application}" is not served here`;
      throw new MillraceError({ code: 'QUERY_NOT_SERVED', kind: 'internal', message, context: { application, query } });
    },
  };
}

/** The gRPC services of topologies; `answerQuery` answers their methods. */
export function ownServices(
  applications: readonly { readonly id: string; readonly definition: TopologyDefinition }[],
  { answerQuery }: OwnQueries,
): readonly OwnService[] {
  return applications.flatMap(({ id: application, definition: { service, queries = [] } }) => {
    if (service === undefined) return [];
    const names = new Map(queries.map((query) => [methodOf(query), query.name]));
    return [
      {
        ...service,
        answer: (method, input) => answerQuery({ application, query: names.get(method) ?? method, input }),
      },
    ];
  });
}

/** The names of the topologies' gRPC services. */
export function ownServiceNames(topologies: readonly TopologyDefinition[]): readonly string[] {
  return topologies.flatMap(({ service }) => (service === undefined ? [] : [service.name]));
}
