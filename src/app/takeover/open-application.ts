import type { BrokerClient } from '../../broker/client/client.js';
import { TaskPlan } from '../../runtime/assignment/task-plan.js';
import { invalid } from '../../util/errors.js';
import { applicationIdOf } from '../application-id.js';
import { openBroker, type Surroundings } from '../broker.js';
import { buildTopology } from '../build-topology.js';
import type { Config } from '../config.js';
import type { TopologyDefinition } from '../define-topology.js';

/** A topology under the id of an application, and the Kafka that it is, or was, run on; until closed. */
export interface OpenApplication {
  readonly plan: TaskPlan;
  readonly client: BrokerClient;
  close(): Promise<void>;
}

/** @throws MillraceError `INVALID_OPTION` without brokers: the embedded log has no other program's application */
export async function openApplication(
  definition: TopologyDefinition,
  config: Config,
  surroundings: Surroundings,
): Promise<OpenApplication> {
  if (!config.brokers) {
    throw invalid('INVALID_OPTION', 'no Kafka is named, and only one can hold an application to take over', {
      hint: 'Name its brokers with --brokers, or KAFKA_BROKERS.',
    });
  }
  const plan = new TaskPlan(applicationIdOf(definition, config, [definition]), buildTopology(definition));
  const broker = await openBroker(config, surroundings);
  return { plan, client: broker.client('millrace-takeover'), close: () => broker.close() };
}
