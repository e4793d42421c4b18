import { parentPort } from 'node:worker_threads';
import { SlowServer } from '../test/support/slow-server.js';

/** The server that bench/map-async.ts asks, in a thread of its own: as elsewhere, its work is not that of who asks. */
const server = await SlowServer.start({ latencyMs: 100, hangsEvery: 0 });
parentPort?.postMessage(server.url);
