import type { TaskPlan } from '../../runtime/assignment/task-plan.js';
import type { StoreDefinition } from '../../state/store.js';
import type { ApplicationFacts } from './application-facts.js';
import { formatProblem } from './changelog-format.js';
import type { Finding } from './finding.js';

/** Whether the stores can be restored from what their changelogs hold, as far as their last records tell. */
export function changelogFindings(plan: TaskPlan, facts: Pick<ApplicationFacts, 'samples'>): readonly Finding[] {
  return plan.topology.subTopologies.flatMap((sub) =>
    sub.stores.flatMap((store) => {
      const topic = plan.changelogOf(sub, store.name);
      return topic === undefined ? [] : changelogFinding(topic, store, facts);
    }),
  );
}

function changelogFinding(
  topic: string,
  store: StoreDefinition,
  { samples }: Pick<ApplicationFacts, 'samples'>,
): Finding[] {
  const records = samples.get(topic) ?? [];
  if (records.length === 0) return [];
  const found = { subject: 'changelog', name: topic } as const;
  for (const record of records) {
    const problem = formatProblem(store, record);
    if (problem === undefined) continue;
    const where = `record ${record.offset} of partition ${record.partition}`;
    const message = `${where} is none of ${described(store)} "${store.name}": ${problem}`;
    return [{ ...found, verdict: 'misfit', message }];
  }
  return [{ ...found, verdict: 'fits', message: `${records.length} records read as those of ${described(store)}` }];
}

function described(store: StoreDefinition): string {
  switch (store.kind) {
    case 'keyValue':
      return store.timestamped ? 'a timestamped key-value store' : 'a key-value store';
    case 'window':
      if (store.retainDuplicates) return 'a side of a stream-stream join';
      return store.timestamped ? 'a timestamped window store' : 'a window store';
    case 'session':
      return 'a session store';
    case 'versioned':
      return 'a versioned store';
    case 'changeBuffer':
      return "a suppression's buffer";
    case 'recordBuffer':
      return "a stream-table join's buffer";
    case 'pendingBuffer':
      return 'a buffer of asynchronous calls';
  }
}
