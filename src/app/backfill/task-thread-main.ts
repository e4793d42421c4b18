import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { noMetrics } from '../../observability/metrics.js';
import { createLogger } from '../../observability/pino-logger.js';
import { HostedTasks } from '../../runtime/in-process/hosted-tasks.js';
import type { HostAnswer } from '../../runtime/in-process/task-host.js';
import { openStateDirectory } from '../../runtime/open-state-directory.js';
import { prepareSerdes } from '../../runtime/prepare-serdes.js';
import { internal } from '../../util/errors.js';
import { systemRandom } from '../../util/random.js';
import { systemClock } from '../../util/time.js';
import { buildTopology } from '../build-topology.js';
import { loadTopology } from '../load-topology.js';
import { toSentError } from '../query-thread/thread-messages.js';
import { openSchemas } from '../schema-registry.js';
import { memoryOf, toBuffer, type FromTaskThread, type TaskThreadStart, type ToTaskThread } from './task-thread.js';

/** A thread of tasks: does what it is told, one thing after the other. Started by task-thread.ts. */
const port = startingThread();
const start = workerData as TaskThreadStart; // what task-thread.ts gives
const log = createLogger({ level: start.config.logLevel, pretty: false, colour: false, destination: process.stderr });
const common = { clock: systemClock, random: systemRandom, metrics: noMetrics, log };

const schemas = openSchemas(start.schemaRegistry, common);
const stateDirectory = await openStateDirectory({ path: start.stateDirectory, random: systemRandom });
let before: Promise<void> = Promise.resolve();
try {
  const tasks = await openTasks();
  port.on('message', (message: ToTaskThread) => {
    before = before.then(() => answer(tasks, message));
  });
  send({ id: 0, answer: undefined });
} catch (error) {
  send({ id: 0, error: toSentError(error) });
  await letGo();
}

async function openTasks(): Promise<HostedTasks> {
  const { definition } = await loadTopology(new URL(start.moduleUrl));
  const { applicationId, inputPartitions, outputPartitions, otherPartitions, cacheMaxBytes, host, hosts } = start;
  const topology = buildTopology(definition);
  await prepareSerdes({ applicationId, topology, schemas });
  return HostedTasks.open({
    ...common,
    ...{ applicationId, topology, inputPartitions, cacheMaxBytes, host, hosts, stateDirectory },
    outputPartitions: (topic) => outputPartitions.get(topic) ?? otherPartitions,
    stateMemoryBytes: start.config.stateMemory,
    errorPolicies: definition.config?.errorPolicies,
  });
}

async function answer(tasks: HostedTasks, message: ToTaskThread): Promise<void> {
  const { id } = message;
  try {
    const given = await carryOut(tasks, message);
    send({ id, answer: given }, given === undefined ? [] : [memoryOf(given.sent)]);
  } catch (error) {
    send({ id, error: toSentError(error) });
  }
  if (message.method === 'close') await letGo();
}

async function carryOut(tasks: HostedTasks, call: ToTaskThread): Promise<HostAnswer | undefined> {
  switch (call.method) {
    case 'run':
      return tasks.run(call.subTopology, call.nowMs, toBuffer(call.records));
    case 'commit':
      return tasks.commit(call.subTopology, call.expire);
    case 'updateGlobals':
      await tasks.updateGlobals(toBuffer(call.records));
      return undefined;
    case 'commitGlobals':
      await tasks.commitGlobals();
      return undefined;
    case 'close':
      await tasks.close();
      return undefined;
  }
}

async function letGo(): Promise<void> {
  await schemas?.close();
  await stateDirectory.close();
  port.close();
}

function send(message: FromTaskThread, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function startingThread(): MessagePort {
  if (parentPort) return parentPort;
  throw internal('NO_STREAM_THREAD', 'a thread of tasks was started without the thread that gives it work');
}
