import type { MillraceApp, MillraceAppOptions } from './millrace-app.js';

/**
 * Starts topologies from code: see {@link MillraceAppOptions}. Servers, broker and stores are loaded at the first call, so
 * that a program that only defines or tests topologies does not pay for them.
 *
 *     const app = await startMillrace({ topologies: [sales] })
 *     app.applications[0].store('sales-per-seller').fetch('seller-1', start)
 *     await app.close()
 *
 * @throws MillraceError `STATE_DIRECTORY_LOCKED`, `PORT_BUSY`, `APPLICATION_ID_AMBIGUOUS`, and what the broker throws
 */
export async function startMillrace(options: MillraceAppOptions): Promise<MillraceApp> {
  const { openMillrace } = await import('./millrace-app.js');
  return openMillrace(options);
}
