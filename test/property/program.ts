import { sessions, StreamsBuilder, string, tumbling, within, type BuiltTopology } from '../../src/index.js';
import { GAP_MS, WINDOW_MS, WITHIN_MS } from './naive-model.js';

/** No record is ever late: only then do results not depend on the order in which topics are read. */
const grace = '1m';

/** A program with aggregates, windows, sessions and joins of every kind, each result in a topic of its own. */
export function program(optimization: 'none' | 'all'): BuiltTopology {
  const builder = new StreamsBuilder();
  const serdes = { key: string(), value: string() };
  const left = builder.stream('left', serdes);
  const right = builder.stream('right', serdes);
  const rows = builder.table('rows', serdes);
  const others = builder.table('others', serdes);

  const byKey = left.groupByKey();
  left
    .groupBy((value) => value, serdes)
    .count()
    .toStream()
    .mapValues(String)
    .to('counts', serdes);
  byKey
    .windowedBy(tumbling(WINDOW_MS, { grace }))
    .count()
    .toStream()
    .map(({ key, start }, count) => [`${key}@${start}`, String(count)])
    .to('windows', serdes);
  byKey
    .windowedBy(sessions(GAP_MS, { grace }))
    .count()
    .toStream()
    .map(({ key, start, end }, count) => [`${key}@${start}-${end}`, count === null ? null : String(count)])
    .to('sessions', serdes);
  left.join(right, (l, r) => `${l}+${r}`, within(WITHIN_MS, { grace })).to('pairs', serdes);
  rows
    .outerJoin(others, (row, other) => `${row ?? undefined}+${other ?? undefined}`)
    .toStream()
    .to('outer', serdes);
  rows
    .leftJoin(
      others,
      (value) => value,
      (value, other) => `${value}+${other ?? undefined}`,
    )
    .toStream()
    .to('foreign', serdes);
  rows
    .groupBy((key, value) => [value, key], serdes)
    .count()
    .toStream()
    .mapValues(String)
    .to('groups', serdes);
  return builder.build({ optimization });
}
