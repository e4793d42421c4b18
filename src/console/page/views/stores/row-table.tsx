import { useState } from 'preact/hooks';
import type { StoreMessage } from '../../api/messages.js';
import { formatTime } from '../../format/time.js';
import { JsonTree } from '../../parts/json-tree.js';
import { jsonLine, keyText } from '../../parts/json-text.js';
import { formatRoute } from '../../router/route.js';
import { rowId, type StoreRow } from './store-row.js';

interface RowTableProps {
  readonly store: StoreMessage;
  readonly rows: readonly StoreRow[];
  /** Rows that changed just now. */
  readonly fresh?: ReadonlySet<string>;
}

/** What the times of a row mean, by the kind of the store. */
const SPANS: Readonly<Record<string, readonly [from: string, to: string]>> = {
  STORE_KIND_WINDOW: ['Window start', 'Window end'],
  STORE_KIND_SESSION: ['Session start', 'Session end'],
  STORE_KIND_VERSIONED: ['Valid from', 'Valid to'],
};

/** Rows of a store; a value opens as a tree. */
export function RowTable({ store, rows, fresh }: RowTableProps) {
  const span = rows.some(({ from }) => from !== undefined) ? SPANS[store.kind ?? ''] : undefined;
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={`Rows of ${store.name}`}>
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Key</th>
            {span?.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">Value</th>
            <th scope="col">Updated</th>
            <th scope="col">
              <span class="hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const id = rowId(row);
            return <Row key={id} store={store} row={row} span={span !== undefined} fresh={fresh?.has(id) === true} />;
          })}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly store: StoreMessage;
  readonly row: StoreRow;
  readonly span: boolean;
  readonly fresh: boolean;
}

function Row({ store, row, span, fresh }: RowProps) {
  const [open, setOpen] = useState(false);
  const { application = '' } = store;
  return (
    <tr class={fresh ? 'fresh' : ''}>
      <td class="mono key" title={jsonLine(row.key, 2_000)}>
        {jsonLine(row.key)}
      </td>
      {span && <td class="time">{formatTime(row.from)}</td>}
      {span && <td class="time">{row.to === undefined ? 'now' : formatTime(row.to)}</td>}
      <td class="value">
        <button
          type="button"
          class="opener"
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
          }}
        >
          {row.value === undefined ? 'deleted' : jsonLine(row.value, 110)}
        </button>
        {open && <JsonTree value={row.value} />}
      </td>
      <td class="time">{formatTime(row.timestamp)}</td>
      <td>
        <a
          href={formatRoute('trace', [application], { key: keyText(row.key) })}
          aria-label={`Trace ${jsonLine(row.key, 40)}`}
        >
          trace
        </a>
      </td>
    </tr>
  );
}
