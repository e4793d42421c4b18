import { defineTopology, json, long, string, tumbling, type StreamsBuilder } from 'millrace';
import { service } from './gen/service.js';
import { pageViewsGenerator } from './generator.js';
import { parsePageView, type PageView } from './page-view.js';
import { pageViewQueries } from './queries.js';

/** Views per page and minute. */
export default defineTopology({
  name: 'page-views',
  // A line that is no page view is logged and counted, and the rest goes on.
  config: { errorPolicies: { deserialization: 'skip' } },
  generators: [pageViewsGenerator],
  queries: pageViewQueries,
  service,

  build(builder: StreamsBuilder) {
    builder
      .stream('page-views', { key: string(), value: json(parsePageView), timestamp: ({ timestamp }) => timestamp })
      .filter(isThere)
      .groupBy(({ page_id }) => page_id, { key: string() })
      .windowedBy(tumbling('1m', { grace: '10s' }))
      .count({ store: 'views-per-page', value: long(), retention: '1h' });
  },
});

/** A record without a value tells of no view. */
function isThere(view: PageView | null): boolean {
  return view !== null;
}
