import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const PACKAGE = join(import.meta.dirname, '../../../dist/src/index.js');

/** Writes a topology file that keeps the latest value of each key of `topic` in the store `latest`. */
export async function writeLatestValues(folder: string, topic: string): Promise<string> {
  const path = join(folder, 'latest-values.mjs');
  await writeFile(
    path,
    `import { defineTopology, json, string } from ${JSON.stringify(PACKAGE)};
export default defineTopology({
  name: 'latest-values',
  build(builder) {
    builder.stream(${JSON.stringify(topic)}, { key: string(), value: json() })
      .groupByKey()
      .reduce((_, next) => next, { store: 'latest' });
  },
});
`,
  );
  return path;
}
