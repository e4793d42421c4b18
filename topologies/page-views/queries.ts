import { avro, defineQuery, type ReadOnlyWindowStore, type ValueAndTimestamp } from 'millrace';

type ViewsPerPage = ReadOnlyWindowStore<string, ValueAndTimestamp<number>>;

const Minute = avro.record(
  'ViewsInMinute',
  {
    minute: avro.field(avro.timestampMillis(), { doc: 'Its beginning.' }),
    views: avro.long(),
  },
  { doc: 'The views of one minute.' },
);

const viewsPerPage = defineQuery({
  name: 'views_per_page',
  path: '/views_per_page/{page_id}',
  description: 'How often a page was viewed in each minute that is kept.',
  returns: {
    page_id: avro.string(),
    minutes: avro.field(avro.array(Minute), { doc: 'Oldest first.' }),
  },
  async answer({ page_id }, stores) {
    const minutes = [];
    const windows = stores.store<ViewsPerPage>('views-per-page').fetchRange(page_id, 0, Number.MAX_SAFE_INTEGER);
    for await (const { startMs, value } of windows) minutes.push({ minute: startMs, views: value.value });
    return minutes.length === 0 ? undefined : { page_id, minutes };
  },
});

export const pageViewQueries = [viewsPerPage];
