import type { AsyncCall } from '../../src/processor/async/async-processor.js';
import type { TopologyTestDriver } from '../../src/testing/index.js';

/** A call that waits for the test to end it. */
export interface ControlledCall extends AsyncCall {
  readonly value: string;
  resolve(result: string): void;
  reject(error: unknown): void;
}

/** The other side of `mapAsync`, in the hands of a test. */
export class ControlledCalls {
  /** All calls that were made, in their order. */
  readonly made: ControlledCall[] = [];

  readonly mapper = (value: string, _key: string, call: AsyncCall): Promise<string> =>
    new Promise((resolve, reject) => {
      this.made.push({ ...call, value, resolve, reject });
    });

  /** The values that were asked for. */
  get values(): string[] {
    return this.made.map(({ value }) => value);
  }

  /** Ends the last call for a value, and has the driver take the result. */
  async answer(driver: TopologyTestDriver, value: string, result: string | Error): Promise<void> {
    const call = this.made.findLast((made) => made.value === value);
    if (result instanceof Error) call?.reject(result);
    else call?.resolve(result);
    await taken(driver);
  }
}

/** Has the driver take the results that are there by now. */
export async function taken(driver: TopologyTestDriver): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await driver.advanceWallClock(0);
}
