import type { GroupDescription, GroupMemberDescription } from '../../broker/client/client.js';
import { decodeSubscription } from '../../broker/client/consumer-protocol.js';
import { userDataVersion } from '../../runtime/assignment/user-data.js';
import type { Finding } from './finding.js';

/** Beyond any version that Kafka Streams has had, or will have soon. */
const HIGHEST_JAVA_VERSION = 100;

/** The members of a group, and which program each one is. */
export function memberFindings({ members }: GroupDescription): readonly Finding[] {
  return members.map((member) => {
    const named = member.groupInstanceId === null ? '' : `, static as "${member.groupInstanceId}"`;
    const message = `${programOf(member)} at ${member.clientHost || 'an unknown host'}${named}`;
    return { subject: 'member', name: member.clientId || member.memberId, verdict: 'note', message };
  });
}

/** What a member says of itself in the user data of its subscription; only a stable group tells it. */
function programOf({ subscription }: GroupMemberDescription): string {
  if (subscription.length === 0) return 'a member that is joining';
  let userData: Buffer;
  try {
    ({ userData } = decodeSubscription(subscription));
  } catch {
    return 'a member whose subscription cannot be read';
  }
  const own = userDataVersion(userData);
  if (own !== undefined) return `Millrace, user data version ${own}`;
  const java = javaVersions(userData);
  if (java !== undefined) return `Kafka Streams for Java, user data version ${java.used} of ${java.latest}`;
  return 'a member of another kind';
}

/**
 * Kafka Streams' SubscriptionInfo begins with the version it is written in, and the latest one that its writer knows, as
 * int32 each.
 */
function javaVersions(userData: Buffer): { readonly used: number; readonly latest: number } | undefined {
  if (userData.length < 8) return undefined;
  const [used, latest] = [userData.readInt32BE(0), userData.readInt32BE(4)];
  return used >= 1 && used <= latest && latest <= HIGHEST_JAVA_VERSION ? { used, latest } : undefined;
}
