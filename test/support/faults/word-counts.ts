import { defineTopology, string } from 'millrace';

/** Counts the words of `words` through a repartition topic; every count goes out, so that a gap or a repeat shows. */
export default defineTopology({
  name: 'word-counts',
  build(builder) {
    builder
      .stream('words', { key: string(), value: string() })
      .groupBy((word) => word, { key: string() })
      .count({ store: 'counts', caching: false })
      .toStream()
      .mapValues(String)
      .to('word-counts', { key: string(), value: string() });
  },
});
