import { once } from 'node:events';
import { createServer } from 'node:net';
import { portBusy } from '../query/server/port-busy.js';

/**
 * Makes sure that a server can listen there before anything is started that others would notice, its place in a group say.
 * @throws MillraceError `PORT_BUSY`
 */
export async function ensurePortFree(server: 'gRPC' | 'HTTP', host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
    probe.close();
    await once(probe, 'close');
  } catch (error) {
    throw portBusy(server, `${host}:${port}`, error);
  }
}
