import type { StoreDefinition } from '../../state/store.js';
import { isOnDisk, layoutOf } from '../../state/leveldb/store-catalog.js';
import type { BuiltTopology, SubTopology } from '../../topology/node.js';
import type { KnownStore, KnownSubTopology } from './known-build.js';
import { row, type PlanRow } from './plan-row.js';

/** What becomes of the stores of an earlier build. */
export function planStores(topology: BuiltTopology, known: readonly KnownSubTopology[]): readonly PlanRow[] {
  const now = new Map(
    topology.subTopologies.flatMap(({ stores }) => stores.map((store) => [store.name, store] as const)),
  );
  const rows = new Map<string, PlanRow>();
  for (const earlier of known.flatMap(({ stores }) => stores)) {
    const definition = now.get(earlier.name);
    const planned = definition
      ? planStore(earlier, definition)
      : row('store', earlier.name, 'orphaned', 'no node of this build has it');
    if (rows.get(earlier.name)?.verdict !== 'refused') rows.set(earlier.name, planned);
  }
  return [...rows.values()];
}

function planStore(earlier: KnownStore, definition: StoreDefinition): PlanRow {
  const { name, kind } = definition;
  const refusal = kind === earlier.kind ? changedBytes(earlier, definition) : `it was ${earlier.kind}, and is ${kind}`;
  if (refusal !== undefined) return row('store', name, 'refused', `${refusal}: give the store a new name`);
  if (earlier.layout !== undefined && isOnDisk(definition) && earlier.layout !== layoutOf(definition)) {
    const detail = `its rows were laid out as "${earlier.layout}", and are as "${layoutOf(definition)}"`;
    if (definition.logging === false) return row('store', name, 'refused', `${detail}, and it has no changelog`);
    return row('store', name, 'rebuilt', `from its changelog: ${detail}`);
  }
  const retentionMs = 'retentionMs' in definition ? definition.retentionMs : undefined;
  if (earlier.retentionMs !== undefined && earlier.retentionMs !== retentionMs) {
    const grown = (retentionMs ?? 0) > earlier.retentionMs ? '; what it dropped stays gone' : '';
    return row('store', name, 'rebuilt', `from its changelog: it kept ${earlier.retentionMs} ms, and keeps ${retentionMs ?? 0} ms${grown}`); // prettier-ignore
  }
  return row('store', name, 'kept');
}

/** Why the bytes of an earlier build would be read for something else; undefined: as far as it is known, they are not. */
function changedBytes(earlier: KnownStore, definition: StoreDefinition): string | undefined {
  const windowSizeMs = 'windowSizeMs' in definition ? definition.windowSizeMs : undefined;
  const facts = [
    ['windows were', 'ms long', earlier.windowSizeMs, windowSizeMs],
    ['keys were', '', earlier.keySerde, definition.keySerde.name],
    ['values were', '', earlier.valueSerde, definition.valueSerde.name],
  ] as const;
  for (const [what, unit, before, after] of facts) {
    if (before === undefined || before === after) continue;
    return `its ${what} ${before}${unit && ` ${unit}`}, and are ${String(after)}`;
  }
  return undefined;
}

/** How the tasks of an earlier build are called now. */
export function planTasks(
  topology: BuiltTopology,
  known: readonly KnownSubTopology[],
  stopped: boolean,
): readonly PlanRow[] {
  const rows = new Map<number, PlanRow>();
  for (const earlier of known) {
    const now = successorsOf(topology, earlier);
    if (now.length === 0 || rows.get(earlier.id)?.verdict === 'refused') continue;
    rows.set(earlier.id, planSubTopology(earlier.id, now, stopped));
  }
  return [...rows.values()];
}

function planSubTopology(id: number, now: readonly SubTopology[], stopped: boolean): PlanRow {
  const tasks = `${id}_*`;
  if (now.every((sub) => sub.id === id)) return row('tasks', tasks, 'kept');
  const moved = `they are ${now.map((sub) => `${sub.id}_*`).join(' and ')} now`;
  if (!stopped) {
    return row('tasks', tasks, 'refused', `${moved}: stop every instance before this build starts, and say --stopped`);
  }
  const lost = now.flatMap(({ stores }) => stores).filter(({ logging, storage }) => logging === false && storage === 'leveldb'); // prettier-ignore
  if (lost.length === 0) return row('tasks', tasks, 'rebuilt', `${moved}: their state is restored from its changelogs`);
  return row('tasks', tasks, 'refused', `${moved}, and ${lost.map(({ name }) => name).join(', ')} has no changelog`);
}

/** Those that have its stores; for one without, those that read its topics. */
function successorsOf({ subTopologies }: BuiltTopology, { stores, topics }: KnownSubTopology): readonly SubTopology[] {
  const names = new Set(stores.map(({ name }) => name));
  const holders = subTopologies.filter((sub) => sub.stores.some(({ name }) => names.has(name)));
  if (holders.length > 0) return holders;
  return subTopologies.filter(({ nodes }) =>
    nodes.some((node) => node.kind === 'source' && node.topics.some((topic) => topics.includes(topic))),
  );
}
