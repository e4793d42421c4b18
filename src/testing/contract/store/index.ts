import { cacheCases } from './cache-cases.js';
import { commitCases } from './commit-cases.js';
import type { ContractCase } from './contract-case.js';
import { derivedRowCases } from './derived-row-cases.js';
import { durableCases } from './durable-cases.js';
import { expiryCases } from './expiry-cases.js';
import { joinWindowCases } from './join-window-cases.js';
import { keyValueCases } from './key-value-cases.js';
import { modelCases } from './model-cases.js';
import { pendingBufferCases } from './pending-buffer-cases.js';
import { recordBufferCases } from './record-buffer-cases.js';
import { sessionCases } from './session-cases.js';
import type { StoreWorld } from './store-world.js';
import { versionedCases } from './versioned-cases.js';
import { windowCases } from './window-cases.js';

export type { ContractCase } from './contract-case.js';
export type { StoreWorld } from './store-world.js';

/** The contract of state stores, for one way of keeping state. */
export function storeContract(world: StoreWorld): ContractCase[] {
  return [
    ...keyValueCases(world),
    ...derivedRowCases(world),
    ...expiryCases(world),
    ...windowCases(world),
    ...joinWindowCases(world),
    ...sessionCases(world),
    ...versionedCases(world),
    ...recordBufferCases(world),
    ...pendingBufferCases(world),
    ...cacheCases(world),
    ...commitCases(world),
    ...modelCases(world),
    ...(world.durable ? durableCases(world) : []),
  ];
}
