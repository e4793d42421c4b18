import { connection, stores } from '../../live/state.js';
import { EmptyNote } from '../../parts/note.js';
import { route } from '../../router/navigation.js';
import { StoreBrowser } from './store-browser.js';
import { StoreList } from './store-list.js';

/** The stores, or the one that the address names. */
export function StoresView() {
  const [application, name] = route.value.path;
  if (name === undefined) return <StoreList />;
  const store = stores.value.find((each) => each.application === application && each.name === name);
  if (store) return <StoreBrowser store={store} />;
  if (connection.value.state !== 'live') return <EmptyNote title="Waiting for the first answer" />;
  return <EmptyNote title={`There is no store "${name}" in "${application ?? ''}"`}>Choose one from the list of stores.</EmptyNote>; // prettier-ignore
}
