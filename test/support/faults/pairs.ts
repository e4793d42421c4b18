import { defineTopology, string, within } from 'millrace';

/** Joins `lefts` and `rights`: each two records of a key that are at most a second apart come out once. */
export default defineTopology({
  name: 'pairs',
  build(builder) {
    const texts = { key: string(), value: string() };
    const rights = builder.stream('rights', texts);
    builder
      .stream('lefts', texts)
      .join(rights, (left, right) => `${left}+${right}`, within('1s', { grace: '1h' }))
      .to('pairs', texts);
  },
});
