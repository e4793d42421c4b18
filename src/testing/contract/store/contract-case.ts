/** One expectation of a contract: runs without a test runner, and throws (node:assert) when it does not hold. */
export interface ContractCase {
  /** A sentence. */
  readonly name: string;
  run(): Promise<void>;
}
