import { useMemo } from 'preact/hooks';
import type { StoreMessage } from '../../api/messages.js';
import { formatCount } from '../../format/numbers.js';
import { fromLocalInput } from '../../format/time.js';
import { EmptyNote, ErrorNote } from '../../parts/note.js';
import { refine, route } from '../../router/navigation.js';
import { formatRoute } from '../../router/route.js';
import { LiveChanges } from './live-changes.js';
import type { StoreSearch } from './read-store.js';
import { RowTable } from './row-table.js';
import { kindName } from './store-kind.js';
import { StoreSearchForm } from './store-search-form.js';
import { useStorePages } from './use-store-pages.js';

/** One store: searched, paged through, or watched. What is looked for stands in the address. */
export function StoreBrowser({ store }: { readonly store: StoreMessage }) {
  const { key = '', prefix = '', watch } = route.value.query;
  const watching = watch === 'true';
  const needsKey = key === '' && (store.kind === 'STORE_KIND_SESSION' || store.kind === 'STORE_KIND_VERSIONED');
  return (
    <>
      <nav class="crumbs" aria-label="Where you are">
        <a href={formatRoute('stores')}>Stores</a> <span aria-hidden="true">/</span> {store.application}{' '}
        <span aria-hidden="true">/</span> <b>{store.name}</b>
        <span class="muted">{`${kindName(store)} · ${store.keySerde ?? ''} → ${store.valueSerde ?? ''}`}</span>
      </nav>
      <div class="toolbar">
        <StoreSearchForm
          key={`${store.application} ${store.name} ${key} ${prefix}`}
          store={store}
          watching={watching}
        />
        <button
          type="button"
          class={watching ? 'toggle on' : 'toggle'}
          aria-pressed={watching}
          onClick={() => {
            refine({ watch: watching ? '' : 'true' });
          }}
        >
          {watching ? 'Watching live' : 'Watch live'}
        </button>
      </div>
      {watching && <LiveChanges store={store} keyText={key} prefix={prefix} />}
      {!watching && needsKey && (
        <EmptyNote title="Give a key">
          Sessions and versions are found by their key: type one above, or watch the store live.
        </EmptyNote>
      )}
      {!watching && !needsKey && <Pages store={store} />}
    </>
  );
}

function Pages({ store }: { readonly store: StoreMessage }) {
  const { key = '', prefix = '', from = '', to = '' } = route.value.query;
  const search: StoreSearch = useMemo(
    () => ({ key, prefix, from: fromLocalInput(from), to: fromLocalInput(to) }),
    [key, prefix, from, to],
  );
  const { pages, more, again } = useStorePages(store, search);
  const { rows, next, reading, error } = pages;
  return (
    <>
      {error !== undefined && <ErrorNote title="The store did not answer">{error}</ErrorNote>}
      {rows.length > 0 && <RowTable store={store} rows={rows} />}
      {rows.length === 0 && !reading && error === undefined && (
        <EmptyNote title="No rows">{emptyHint(search)}</EmptyNote>
      )}
      <div class="toolbar after">
        <span class="muted" role="status">
          {reading ? 'Reading …' : `${formatCount(rows.length)} rows${next === undefined ? '' : ', and more'}`}
        </span>
        {next !== undefined && (
          <button type="button" onClick={more} disabled={reading}>
            Show more
          </button>
        )}
        <button type="button" onClick={again} disabled={reading}>
          Read again
        </button>
      </div>
    </>
  );
}

function emptyHint({ key, prefix, from, to }: StoreSearch): string {
  if (key + prefix !== '' || from !== undefined || to !== undefined) return 'Nothing matches: widen the search.';
  return 'The store is empty, or its tasks run elsewhere.';
}
