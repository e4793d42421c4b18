/** The views of the console, in the order of the navigation. */
export const VIEWS = ['overview', 'topology', 'tasks', 'stores', 'trace', 'dead-letters', 'queries'] as const;

export type View = (typeof VIEWS)[number];

/** Where the reader is: all of it stands in the address, so that it can be shared. */
export interface Route {
  readonly view: View;
  /** What is looked at, from the whole to the part: an application, a store. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** The route of an address's part after `#`; one that means nothing is the overview. */
export function parseRoute(hash: string): Route {
  const [before, after] = split(hash.replace(/^#?\/?/, ''), '?');
  const [name, ...path] = before.split('/').map(decoded);
  const view = VIEWS.find((each) => each === name);
  if (view === undefined) return { view: 'overview', path: [], query: {} };
  return { view, path: path.filter((part) => part !== ''), query: Object.fromEntries(new URLSearchParams(after)) };
}

/** The part of an address after `#` that leads there. Empty query parameters are left out. */
export function formatRoute(view: View, path: readonly string[] = [], query: Route['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
  return `#/${[view, ...path].map(encodeURIComponent).join('/')}${search}`;
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Somebody may have typed it. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
