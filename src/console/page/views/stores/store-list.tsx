import { useState } from 'preact/hooks';
import { millis, type StoreMessage } from '../../api/messages.js';
import { formatCount } from '../../format/numbers.js';
import { formatSpan } from '../../format/time.js';
import { partOf } from '../../live/figures.js';
import { connection, figures, stores } from '../../live/state.js';
import { EmptyNote } from '../../parts/note.js';
import { TextField } from '../../parts/text-field.js';
import { formatRoute } from '../../router/route.js';
import { kindName } from './store-kind.js';

/** Every store that can be read here. */
export function StoreList() {
  const [filter, setFilter] = useState('');
  if (stores.value.length === 0) {
    const waiting = connection.value.state !== 'live';
    return <EmptyNote title={waiting ? 'Waiting for the first answer' : 'No application here has a store'} />;
  }
  const shown = stores.value.filter(({ application = '', name = '' }) => `${application} ${name}`.includes(filter));
  return (
    <>
      <div class="toolbar">
        <TextField
          inline
          search
          label="Filter"
          placeholder="application or store"
          value={filter}
          onChange={setFilter}
        />
      </div>
      <div class="table-frame" tabIndex={0} role="region" aria-label="Stores">
        <table>
          <thead>
            <tr>
              <th scope="col">Store</th>
              <th scope="col">Application</th>
              <th scope="col">Kind</th>
              <th scope="col" class="number">
                Entries, about
              </th>
              <th scope="col">Key</th>
              <th scope="col">Value</th>
              <th scope="col">Retention</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((store) => (
              <StoreRow key={`${store.application} ${store.name}`} store={store} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 && <EmptyNote title="No store matches">Clear the filter to see all.</EmptyNote>}
    </>
  );
}

function StoreRow({ store }: { readonly store: StoreMessage }) {
  const { application = '', name = '', keySerde, valueSerde } = store;
  const retention = millis(store.retention);
  return (
    <tr>
      <td>
        <a href={formatRoute('stores', [application, name])}>{name}</a>
      </td>
      <td>{application}</td>
      <td>{kindName(store)}</td>
      <td class="number">{formatCount(figures.value?.stores.get(partOf(application, name))?.entries)}</td>
      <td>{keySerde}</td>
      <td>{valueSerde}</td>
      <td>{retention === undefined ? 'for ever' : formatSpan(retention)}</td>
    </tr>
  );
}
