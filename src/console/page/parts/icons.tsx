import type { View } from '../router/route.js';

/** Outlines of 20 by 20, one per view. */
const OUTLINES: Readonly<Record<View, string>> = {
  overview: 'M3 11h5v6H3zM3 3h5v5H3zM12 3h5v8h-5zM12 14h5v3h-5z',
  topology: 'M3 4h5v4H3zM12 12h5v4h-5zM8 6h4.5v6M3 14h5v3H3zM8 15.5h2.5V12',
  tasks: 'M3 5h14M3 10h14M3 15h9M15.5 13v4M13.5 15h4',
  stores: 'M3.5 5c0-3 13-3 13 0s-13 3-13 0zM3.5 5v10c0 3 13 3 13 0V5M3.5 10c0 3 13 3 13 0',
  trace: 'M5 5h6a3 3 0 0 1 0 6H9a3 3 0 0 0 0 6h6M3 5a2 2 0 1 0 4 0 2 2 0 1 0-4 0zM15 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0z',
  'dead-letters': 'M3 5h14v10H3zM3 5l7 6 7-6M6 18h8',
  queries: 'M9 3a6 6 0 1 0 0 12A6 6 0 1 0 9 3zM13.5 13.5 18 18',
};

/** Says nothing to a screen reader: it stands beside its word. */
export function ViewIcon({ view }: { readonly view: View }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={OUTLINES[view]} />
    </svg>
  );
}
