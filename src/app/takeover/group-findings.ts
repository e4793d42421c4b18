import type { GroupDescription } from '../../broker/client/client.js';
import type { ApplicationFacts } from './application-facts.js';
import type { Finding, Verdict } from './finding.js';
import { memberFindings } from './member-findings.js';

/** Name of the assignor of Kafka Streams, and of Millrace. */
const ASSIGNOR = 'stream';

/** Whether Millrace can be a member of the group, and who is in it now. */
export function groupFindings(applicationId: string, { group }: Pick<ApplicationFacts, 'group'>): readonly Finding[] {
  const found = (verdict: Verdict, message: string): Finding => ({
    ...{ subject: 'group', name: applicationId, verdict, message },
  });
  if (group === undefined)
    return [found('note', 'there is no such group: nothing has been committed, all begins anew')];
  if (group.type !== 'classic') return [ofOtherType(group, found)];
  const { state, protocolType, protocolName, members } = group;
  if (protocolType !== '' && protocolType !== 'consumer') {
    return [found('misfit', `its protocol type is "${protocolType}": another kind of program uses this id`)];
  }
  if (protocolName !== '' && protocolName !== ASSIGNOR) {
    return [
      found('misfit', `its members assign by "${protocolName}", not by "${ASSIGNOR}": plain consumers use this id`),
    ];
  }
  const count = members.length === 1 ? '1 member' : `${members.length} members`;
  return [found('fits', `a classic group, ${state}, with ${count}`), ...memberFindings(group)];
}

function ofOtherType(
  { type, state }: GroupDescription,
  found: (verdict: Verdict, message: string) => Finding,
): Finding {
  if (state === 'Empty' && type !== 'share') {
    return found('note', `an empty group of type "${type}": the broker makes a classic one of it when Millrace joins`);
  }
  const kip = { streams: ' (KIP-1071)', consumer: ' (KIP-848)' }[type] ?? '';
  return found(
    'misfit',
    `a group of type "${type}"${kip} with members, which Millrace cannot join: stop its application, or set its group.protocol to classic`,
  );
}
