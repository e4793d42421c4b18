import { computed, signal } from '@preact/signals';
import type { InstanceMessage, StoreMessage, TaskMessage } from '../api/messages.js';
import type { TopologyJson } from '../api/topology-json.js';
import { applicationFigures, type ApplicationFigures } from './application-figures.js';
import type { Figures } from './figures.js';
import { History } from './history.js';

/** How the page stands with the instance. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly sinceMs: number; readonly message: string }
  | { readonly state: 'unauthorised'; readonly message: string };

/** Moments that charts show: 15 minutes at one a second. */
const MOMENTS = 900;

/** What is known of the running applications: the last answers stay while nothing answers. */
export const connection = signal<Connection>({ state: 'connecting' });
export const instances = signal<readonly InstanceMessage[]>([]);
export const tasks = signal<readonly TaskMessage[]>([]);
export const stores = signal<readonly StoreMessage[]>([]);
export const topologies = signal<ReadonlyMap<string, TopologyJson>>(new Map());
/** Undefined: not yet measured, or this version does not measure. */
export const figures = signal<Figures | undefined>(undefined);
export const history = new History(MOMENTS);
/** When {@link history} was last added to. */
export const momentMs = signal(0);

/** In the order in which the instance lists them. */
export const applications = computed<readonly string[]>(() => [
  ...new Set(instances.value.map(({ application = '' }) => application)),
]);

export const overview = computed<readonly ApplicationFigures[]>(() =>
  applications.value.map((each) => applicationFigures(each, instances.value, tasks.value, figures.value)),
);
