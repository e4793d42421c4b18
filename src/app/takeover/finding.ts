/** What a finding is about. */
export type Subject = 'group' | 'member' | 'source' | 'repartition' | 'ticks' | 'changelog' | 'offset';

/**
 * - `fits`: as the topology has it
 * - `note`: worth knowing, and no obstacle
 * - `misfit`: the topology cannot go on where the application stopped
 */
export type Verdict = 'fits' | 'note' | 'misfit';

/** One thing of an application on the broker, held against the topology. */
export interface Finding {
  readonly subject: Subject;
  /** The group's id, the member's client id, the topic, or the partition. */
  readonly name: string;
  readonly verdict: Verdict;
  /** A sentence, for people. */
  readonly message: string;
}

/** What stands against going on. */
export function misfits(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ verdict }) => verdict === 'misfit');
}
