import type { MapsAsync } from '../../../../src/dsl/map-async.js';
import type { Known } from '../../../../src/dsl/serde-facts.js';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import { string } from '../../../../src/serde/primitives.js';
import { TopologyTestDriver, type InputTopic, type TopologyTestDriverOptions } from '../../../../src/testing/index.js';
import { ControlledCalls, taken } from '../../../support/controlled-calls.js';

const text = { key: string(), value: string() };

/** `in` mapped to `out` by calls that the test ends. */
export class Mapped {
  readonly calls = new ControlledCalls();
  driver!: TopologyTestDriver; // set by start, the one way to make it
  input!: InputTopic<string, string>; // as above

  static async start(
    options: MapsAsync<string, string, string, Known, Known> = {},
    driving: TopologyTestDriverOptions = {},
  ): Promise<Mapped> {
    const mapped = new Mapped();
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .mapAsync(mapped.calls.mapper, { store: 'pending', ...options })
      .to('out', { value: string() });
    mapped.driver = await TopologyTestDriver.start(builder.build(), driving);
    mapped.input = mapped.driver.createInputTopic('in', text);
    return mapped;
  }

  /** Values of a topic, as `key=value`. */
  written(topic = 'out'): string[] {
    return this.driver
      .createOutputTopic(topic, text)
      .readKeyValues()
      .map(([key, value]) => `${key ?? ''}=${value ?? ''}`);
  }

  answer(value: string, result: string | Error = `${value}!`): Promise<void> {
    return this.calls.answer(this.driver, value, result);
  }

  /** Time passes, and what is then there is taken. */
  async pass(ms: number): Promise<void> {
    await this.driver.advanceWallClock(ms);
    await taken(this.driver);
  }
}
