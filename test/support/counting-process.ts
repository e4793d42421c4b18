import { noMetrics } from '../../src/observability/metrics.js';
import { silentLogger } from '../../src/observability/log.js';
import { openStateDirectory } from '../../src/runtime/open-state-directory.js';
import { createStreamsApplication } from '../../src/runtime/streams-application.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { kafkaClient } from './broker/kafka-under-test.js';
import { countTopology } from './small-topologies.js';

/*
 * A process that counts until it is killed: node --import typescript.js counting-process.ts BROKERS APPLICATION STATE_DIR
 * It reads APPLICATION-in, writes APPLICATION-out, and says "running" when it does.
 */
const [brokers = '', applicationId = '', path = ''] = process.argv.slice(2);
const stateDirectory = await openStateDirectory({ path, random: systemRandom });
const application = createStreamsApplication({
  applicationId,
  topology: countTopology({ input: `${applicationId}-in`, output: `${applicationId}-out` }),
  client: kafkaClient(brokers.split(','), applicationId),
  instanceId: stateDirectory.instanceId,
  stateDirectory,
  clock: systemClock,
  random: systemRandom,
  metrics: noMetrics,
  log: { ...silentLogger, child: () => silentLogger },
});
await application.start();
await application.waitUntilRunning();
process.stdout.write('running\n');
application.onStateChange((state) => {
  if (state === 'ERROR') {
    console.error(application.error);
    process.exit(1);
  }
});
