import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { goTo, route } from '../router/navigation.js';
import { formatRoute, VIEWS, type View } from '../router/route.js';
import { ConnectionBanner, ConnectionState } from './connection-banner.js';
import { ViewIcon } from './icons.js';
import { Shortcuts } from './shortcuts.js';
import { nextTheme, theme } from './theme.js';
import { TokenForm } from './token-form.js';
import { useHotkeys } from './use-hotkeys.js';

export const VIEW_NAMES: Readonly<Record<View, string>> = {
  overview: 'Overview',
  topology: 'Topology',
  tasks: 'Instances & tasks',
  stores: 'Stores',
  trace: 'Tracer',
  'dead-letters': 'Dead letters',
  queries: 'Queries',
};

/** What stands around every view: navigation, connection, keys. */
export function Shell({ children }: { readonly children: ComponentChildren }) {
  const [helping, setHelping] = useState(false);
  const { view } = route.value;
  useHotkeys({
    ...Object.fromEntries(VIEWS.map((each, index) => [String(index + 1), () => { goTo(each); }])), // prettier-ignore
    '/': () => document.querySelector<HTMLElement>('[data-search]')?.focus(),
    '?': () => {
      setHelping(true);
    },
    t: nextTheme,
  });
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        Skip to the content
      </a>
      <header class="rail">
        <a class="brand" href={formatRoute('overview')}>
          <img src="console/icon.svg" alt="" width="28" height="28" />
          Millrace
        </a>
        <nav aria-label="Views">
          {VIEWS.map((each) => (
            <a key={each} href={formatRoute(each)} aria-current={each === view ? 'page' : undefined}>
              <ViewIcon view={each} />
              <span>{VIEW_NAMES[each]}</span>
            </a>
          ))}
        </nav>
        <div class="rail-foot">
          <button type="button" class="quiet" onClick={nextTheme}>
            Theme: {theme.value}
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setHelping(true);
            }}
          >
            Keys <kbd>?</kbd>
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <div class="view-head">
          <h1>{VIEW_NAMES[view]}</h1>
          <ConnectionState />
        </div>
        <ConnectionBanner />
        <TokenForm />
        {children}
      </main>
      <Shortcuts
        open={helping}
        onClose={() => {
          setHelping(false);
        }}
      />
    </>
  );
}

/** The address says where the reader is; a skip link must not change it. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
