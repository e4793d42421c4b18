import { adminContract } from './admin-contract.js';
import type { BrokerHarness } from './broker-harness.js';
import { BrokerScenario } from './broker-scenario.js';
import { compactionContract } from './compaction-contract.js';
import { handOverContract } from './hand-over-contract.js';
import { memberContract } from './member-contract.js';
import { offsetContract } from './offset-contract.js';
import { readCommittedContract } from './read-committed-contract.js';
import { readerContract } from './reader-contract.js';
import { transactionContract } from './transaction-contract.js';
import { writerContract } from './writer-contract.js';

/** Registers one test of the contract. */
export type Clause = (title: string, body: (scenario: BrokerScenario) => Promise<void>) => void;

/** Every promise that the runtime relies on in a broker, as tests: for the embedded broker and for real ones alike. */
export function brokerContract(harness: BrokerHarness): void {
  const clause: Clause = (title, body) => {
    harness.test(title, async () => {
      const scenario = new BrokerScenario(harness);
      try {
        await body(scenario);
      } finally {
        await scenario.close();
      }
    });
  };
  adminContract(clause);
  readerContract(clause);
  readCommittedContract(clause);
  compactionContract(clause);
  writerContract(clause);
  transactionContract(clause);
  offsetContract(clause);
  memberContract(clause);
  handOverContract(clause);
}
