import { signal } from '@preact/signals';
import { formatRoute, parseRoute, type Route, type View } from './route.js';

/** Where the reader is. */
export const route = signal<Route>(parseRoute(location.hash));

window.addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

/** Goes there; the way back is kept. */
export function goTo(view: View, path: readonly string[] = [], query: Route['query'] = {}): void {
  location.hash = formatRoute(view, path, query);
}

/** Says more of where the reader is, without a step to go back by. */
export function refine(changes: Route['query']): void {
  const { view, path, query } = route.peek();
  history.replaceState(null, '', formatRoute(view, path, { ...query, ...changes }));
  route.value = parseRoute(location.hash);
}
