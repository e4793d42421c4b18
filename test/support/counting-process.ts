import { noMetrics } from '../../src/observability/metrics.js';
import { silentLogger } from '../../src/observability/log.js';
import { openStateDirectory } from '../../src/runtime/open-state-directory.js';
import { createStreamsApplication } from '../../src/runtime/streams-application.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { kafkaClient } from './broker/kafka-under-test.js';
import { countTopology } from './small-topologies.js';

/*
 * A process that counts until it is stopped or killed:
 * node --import typescript.js counting-process.ts BROKERS APPLICATION STATE_DIR [STANDBYS]
 * It reads APPLICATION-in, writes APPLICATION-out, says "running" when it does, "restored TASK FROM TO" when it begins to
 * restore, and "holds TASKS / REPLICAS" when that changes (a replica that has caught up in brackets).
 */
const [brokers = '', applicationId = '', path = '', standbys = '0'] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stateDirectory = await openStateDirectory({ path, random: systemRandom });
const application = createStreamsApplication({
  applicationId,
  topology: countTopology({ input: `${applicationId}-in`, output: `${applicationId}-out` }),
  client: kafkaClient(brokers.split(','), applicationId),
  instanceId: stateDirectory.instanceId,
  stateDirectory,
  standbys: Number(standbys),
  clock: systemClock,
  random: systemRandom,
  metrics: noMetrics,
  log: { ...silentLogger, child: () => silentLogger },
});
application.onRestore({
  onRestoreStart: ({ taskId }, from, to) => {
    say(`restored ${taskId} ${from} ${to}`);
  },
});
application.onStateChange((state) => {
  if (state === 'ERROR') {
    console.error(application.error);
    process.exit(1);
  }
});
process.once('SIGTERM', () => {
  void application.close().then(() => process.exit(0));
});
await application.start();
await application.waitUntilRunning();
say('running');

let held = '';
setInterval(() => {
  const replicas = application.standbys().map(({ id, stores }) => {
    const caughtUp = stores.every(({ restoredOffset, endOffset }) => restoredOffset > 0 && restoredOffset >= endOffset);
    return caughtUp ? `(${id})` : id;
  });
  const now = `holds ${application
    .tasks()
    .map(({ id, status }) => (status === 'running' ? id : `${id}?`))
    .join(' ')} / ${replicas.join(' ')}`;
  if (now !== held) say(now);
  held = now;
}, 50);
