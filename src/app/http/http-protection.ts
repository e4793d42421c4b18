import type { Access } from '../../query/access/access.js';
import type { ServerProtection } from '../../query/access/protection.js';
import type { Logger } from '../../observability/log.js';
import type { Clock } from '../../util/time.js';

/** Who may call the HTTP server, and what it tells of it. */
export interface HttpProtection {
  readonly access: Access;
  readonly protection: ServerProtection;
  /** Origins whose pages may call, such as `https://console.example.com`. */
  readonly corsOrigins: readonly string[];
  readonly clock: Clock;
  /** Takes a line for each call of an admin. */
  readonly log: Logger;
}
