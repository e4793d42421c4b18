import {
  defineQuery,
  defineTopology,
  json,
  long,
  string,
  tumbling,
  type ReadOnlyWindowStore,
  type StreamsBuilder,
  type ValueAndTimestamp,
} from 'millrace';
import { pageViewsGenerator } from './generator.js';
import { parsePageView, type PageView } from './page-view.js';

type ViewsPerPage = ReadOnlyWindowStore<string, ValueAndTimestamp<number>>;

/** The minutes of a page that are kept, oldest first. */
const viewsPerPage = defineQuery({
  name: 'views_per_page',
  path: '/views_per_page/{page_id}',
  async answer({ page_id }, stores) {
    const minutes = [];
    const windows = stores.store<ViewsPerPage>('views-per-page').fetchRange(page_id, 0, Number.MAX_SAFE_INTEGER);
    for await (const { startMs, value } of windows) {
      minutes.push({ minute: new Date(startMs).toISOString(), views: value.value });
    }
    return minutes.length === 0 ? undefined : { page_id, minutes };
  },
});

/** Views per page and minute. */
export default defineTopology({
  name: 'page-views',
  // A line that is no page view is logged and counted, and the rest goes on.
  config: { errorPolicies: { deserialization: 'skip' } },
  generators: [pageViewsGenerator],
  queries: [viewsPerPage],

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
