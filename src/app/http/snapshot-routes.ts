import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalid } from '../../util/errors.js';
import type { SnapshotParticipant } from '../snapshots/snapshot-participant.js';
import { FOR_ADMINS } from './route-roles.js';

const snapshot = z.object({
  to: z.string(),
  keep: z.number().int().positive().optional(),
  drained: z.boolean().optional(),
});

const sources = z.object({ holdMs: z.number().nonnegative() });

/** The instances of an application that answer here. @throws MillraceError `APPLICATION_NOT_FOUND` */
export type InstancesOf = (applicationId: string) => readonly SnapshotParticipant[];

type Request = { Params: { application: string } };

/**
 * What `millrace state snapshot` asks:
 *
 *     POST /api/state/:application/snapshots   { to, keep?, drained? } -> the manifests
 *     POST /api/state/:application/sources     { holdMs }: sources wait for so long; 0: no longer
 *     GET  /api/state/:application/drained     what its tasks have still to do: nothing?
 */
export function addSnapshotRoutes(server: FastifyInstance, instancesOf: InstancesOf): void {
  server.post<Request>('/api/state/:application/snapshots', FOR_ADMINS, async ({ params, body }) => {
    const asked = read(snapshot, body);
    return (await Promise.all(instancesOf(params.application).map((instance) => instance.snapshot(asked)))).flat();
  });
  server.post<Request>('/api/state/:application/sources', FOR_ADMINS, async ({ params, body }) => {
    const { holdMs } = read(sources, body);
    for (const instance of instancesOf(params.application)) await instance.holdSources(holdMs);
    return {};
  });
  server.get<Request>('/api/state/:application/drained', FOR_ADMINS, async ({ params }) => {
    const found = await Promise.all(instancesOf(params.application).map((instance) => instance.drained()));
    return {
      drained: found.every(({ drained }) => drained),
      ends: Object.fromEntries(found.flatMap(({ ends }) => Object.entries(ends))),
      tasks: found.flatMap(({ tasks }) => tasks),
      allTasks: found[0]?.allTasks ?? [],
    };
  });
}

function read<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  throw invalid('SNAPSHOT_REQUEST_INVALID', `a request of snapshots is wrong: ${error.issues[0]?.message ?? ''}`, {
    hint: 'Send { "to": "/path" } for snapshots, { "holdMs": 1000 } for sources.',
  });
}
