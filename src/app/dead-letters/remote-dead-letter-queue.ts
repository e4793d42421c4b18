import { askProcess, type ProcessAddress } from '../ask-process.js';
import type { DeadLetterLine, DeadLetterQueue, WholeDeadLetter } from './dead-letter-queue.js';
import type { PurgedPartition } from './purge.js';
import type { RedriveReport } from './redrive.js';

/** The dead-letter topics of a running process's embedded log, through its HTTP port. */
export function remoteDeadLetterQueue(address: ProcessAddress): DeadLetterQueue {
  const path = (topic: string, rest = ''): string => `/api/dead-letters/${encodeURIComponent(topic)}${rest}`;
  return {
    async *list(topic, where) {
      const query = new URLSearchParams(where.map((condition): [string, string] => ['where', condition]));
      const text = await (await askProcess(address, path(topic, `?${query.toString()}`))).text();
      for (const line of text.split('\n').filter(Boolean)) yield JSON.parse(line) as DeadLetterLine; // as: written by the same version
    },
    show: async (topic, partition, offset) =>
      (await (await askProcess(address, path(topic, `/${partition}/${offset}`))).json()) as WholeDeadLetter, // as above
    redrive: async (topic, request) =>
      (await (await askProcess(address, path(topic, '/redrive'), request)).json()) as RedriveReport,
    purge: async (topic, request) =>
      (await (await askProcess(address, path(topic, '/purge'), request)).json()) as readonly PurgedPartition[],
  };
}
