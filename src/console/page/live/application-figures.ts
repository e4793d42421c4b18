import { int, type InstanceMessage, type TaskMessage } from '../api/messages.js';
import type { Figures } from './figures.js';

/** One application at a glance. */
export interface ApplicationFigures {
  readonly application: string;
  /** The state that most needs to be seen, over its instances. */
  readonly state: string;
  readonly failures: readonly string[];
  readonly instances: number;
  readonly tasks: number;
  readonly runningTasks: number;
  /** Of topics that are not its own: a record counts once, however often it is repartitioned. */
  readonly readPerSecond: number | undefined;
  readonly writtenPerSecond: number | undefined;
  readonly lag: number;
  readonly errors: number | undefined;
  readonly deadLetters: number | undefined;
  readonly restoreRemaining: number;
  readonly restored: number;
}

/** Topics of the application itself: changelogs and repartition topics. */
export function isInternal(application: string, topic: string): boolean {
  return topic.startsWith(`${application}-`) && /-(repartition|changelog)$/.test(topic);
}

export function applicationFigures(
  application: string,
  instances: readonly InstanceMessage[],
  tasks: readonly TaskMessage[],
  figures: Figures | undefined,
): ApplicationFigures {
  const own = instances.filter((each) => each.application === application);
  const ownTasks = tasks.filter((each) => each.application === application);
  const measured = figures?.instances.filter((each) => each.application === application);
  const topics = partsOf(figures?.topics, application).filter(([topic]) => !isInternal(application, topic));
  const nodes = partsOf(figures?.nodes, application).map(([, node]) => node);
  const stores = partsOf(figures?.stores, application).map(([, store]) => store);
  const lags = ownTasks.flatMap(({ partitions = [] }) => partitions.map(({ lag }) => int(lag)));
  return {
    application,
    state: worstState(own.map(({ state = '' }) => state)),
    failures: measured?.map(({ failure }) => failure).filter((failure) => failure !== '') ?? [],
    instances: own.length,
    tasks: ownTasks.length,
    runningTasks: ownTasks.filter(({ state }) => state === 'running').length,
    readPerSecond: total(topics.map(([, { consumedPerSecond }]) => consumedPerSecond)),
    writtenPerSecond: total(topics.map(([, { producedPerSecond }]) => producedPerSecond)),
    lag: total(lags) ?? 0,
    errors: figures && (total(nodes.map(({ errors }) => errors)) ?? 0),
    deadLetters: measured && (total(measured.map(({ deadLetters }) => deadLetters)) ?? 0),
    restoreRemaining: total(ownTasks.map(({ restoreRemaining }) => int(restoreRemaining))) ?? 0,
    restored: total(stores.map(({ restored }) => restored)) ?? 0,
  };
}

function partsOf<F>(figures: ReadonlyMap<string, F> | undefined, application: string): (readonly [string, F])[] {
  const begin = `${application}\n`;
  return [...(figures ?? [])].flatMap(([part, each]) =>
    part.startsWith(begin) ? [[part.slice(begin.length), each] as const] : [],
  );
}

/** Undefined: nothing to add up. */
function total(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

/** As Kafka Streams names the states, from the worst to the best. */
const STATES = ['ERROR', 'PENDING_ERROR', 'NOT_RUNNING', 'PENDING_SHUTDOWN', 'CREATED', 'REBALANCING', 'RUNNING'];

function worstState(states: readonly string[]): string {
  return states.toSorted((left, right) => rank(left) - rank(right))[0] ?? 'UNKNOWN';
}

/** A state that is not known needs to be seen, too. */
function rank(state: string): number {
  return STATES.indexOf(state);
}
