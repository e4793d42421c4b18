import {
  defineTopology,
  sessions,
  string,
  tumbling,
  within,
  type StreamsBuilder,
  type Windowed,
} from '../../src/index.js';

const TEXTS = { key: string(), value: string() };
const GRACE = { grace: '5s' } as const;

/**
 * The program of src/main/java/handover/Program.java: every operator whose state outlives a hand-over in a way of its own.
 * Results go to one topic, as `operator/key`. The variable HANDOVER_PREFIX begins the names of its topics.
 */
export default defineTopology({
  name: 'java-handover',
  config: { cacheMaxBytes: 0 },
  build: (builder) => {
    buildProgram(builder, process.env.HANDOVER_PREFIX ?? 'handover');
  },
});

function buildProgram(builder: StreamsBuilder, prefix: string): void {
  const clicks = builder.stream(`${prefix}-clicks`, TEXTS);
  const views = builder.stream(`${prefix}-views`, TEXTS);
  const byKey = clicks.groupByKey();
  const windows = tumbling('20s', GRACE);
  const sessionWindows = sessions('8s', GRACE);
  const out = `${prefix}-out`;
  const both = (click: string, view: string | null): string => `${click}+${String(view)}`;

  byKey
    .count({ store: 'counts' })
    .toStream()
    .map((key, count) => result('count', key, count))
    .to(out, TEXTS);
  clicks
    .groupBy((value) => value, { key: string(), name: 'by-value' })
    .windowedBy(tumbling('30s', { grace: '1h' }))
    .count({ store: 'tumbling-counts' })
    .toStream()
    .map((window, count) => result('tumbling', text(window), count))
    .to(out, TEXTS);
  clicks
    .join(views, both, within('10s', GRACE))
    .map((key, joined) => result('join', key, joined))
    .to(out, TEXTS);
  clicks
    .leftJoin(views, both, within('3s', GRACE), { name: 'left', storeName: 'left' })
    .map((key, joined) => result('left', key, joined))
    .to(out, TEXTS);
  byKey
    .windowedBy(sessionWindows)
    .count({ store: 'sessions' })
    .toStream()
    .map((window, count) => result('session', text(window), count))
    .to(out, TEXTS);
  byKey
    .windowedBy(windows)
    .count({ store: 'suppressed-counts' })
    .suppress({ until: 'windowCloses' })
    .toStream()
    .map((window, count) => result('suppressed', text(window), count))
    .to(out, TEXTS);
  byKey
    .windowedBy(windows)
    .emitStrategy('onWindowClose')
    .count({ store: 'closed-counts' })
    .toStream()
    .map((window, count) => result('closed', text(window), count))
    .to(out, TEXTS);
  byKey
    .windowedBy(sessionWindows)
    .emitStrategy('onWindowClose')
    .count({ store: 'closed-sessions' })
    .toStream()
    .map((window, count) => result('closed-session', text(window), count))
    .to(out, TEXTS);
}

function result(operator: string, key: string, value: string | number | null): [string, string] {
  return [`${operator}/${key}`, String(value)];
}

function text({ key, start, end }: Windowed<string>): string {
  return `${key}@${start}-${end}`;
}
