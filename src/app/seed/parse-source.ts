import { cassandraSeed } from '../../connect/seed/cassandra-seed.js';
import { fileSeed } from '../../connect/seed/file-seed.js';
import { postgresSeed } from '../../connect/seed/postgres-seed.js';
import type { SeedColumns } from '../../connect/seed/seed-columns.js';
import type { SeedSource } from '../../connect/seed/seed-source.js';
import { topicSeed } from '../../connect/seed/topic-seed.js';

/** The source that a command line names: `topic:NAME`, `postgres:QUERY`, `cassandra:QUERY`, or the path of a file. */
export function parseSource(text: string, columns: SeedColumns): SeedSource {
  const [, kind, rest = ''] = /^(topic|postgres|cassandra):(.*)$/s.exec(text) ?? [];
  if (kind === 'topic') return topicSeed(rest);
  if (kind === 'postgres') return postgresSeed({ query: rest, ...columns });
  if (kind === 'cassandra') return cassandraSeed({ query: rest, ...columns });
  return fileSeed(text, columns);
}
