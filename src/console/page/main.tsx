import { render, type JSX } from 'preact';
import { poll } from './live/polling.js';
import { Shell } from './parts/shell.js';
import { route } from './router/navigation.js';
import type { View } from './router/route.js';
import { DeadLettersView } from './views/dead-letters.js';
import { Overview } from './views/overview.js';
import { QueriesView } from './views/queries.js';
import { StoresView } from './views/stores/stores-view.js';
import { TasksView } from './views/tasks.js';
import { TopologyView } from './views/topology/topology-view.js';
import { TracerView } from './views/trace/tracer-view.js';

const VIEWS: Readonly<Record<View, () => JSX.Element>> = {
  overview: () => <Overview />,
  topology: () => <TopologyView />,
  tasks: () => <TasksView />,
  stores: () => <StoresView />,
  trace: () => <TracerView />,
  'dead-letters': () => <DeadLettersView />,
  queries: () => <QueriesView />,
};

function Page() {
  return <Shell>{VIEWS[route.value.view]()}</Shell>;
}

const root = document.getElementById('root');
if (root) render(<Page />, root);
void poll(new AbortController().signal);
