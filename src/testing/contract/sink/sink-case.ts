import type { SinkScenario } from './sink-scenario.js';
import type { SinkWorld } from './sink-world.js';

/** One expectation of a sink. */
export interface SinkCase {
  /** A sentence. */
  readonly name: string;
  /** Which sinks it is asked of. Default: all. */
  readonly applies?: (world: SinkWorld) => boolean;
  /** @param another makes an empty destination */
  run(scenario: SinkScenario, another: () => Promise<SinkScenario>): Promise<void>;
}
