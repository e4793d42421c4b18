import type { FastifyInstance } from 'fastify';
import { Admission } from '../../query/access/admission.js';
import { NOBODY, type Caller } from '../../query/access/caller.js';
import { MillraceError } from '../../util/errors.js';
import { auditLine } from './audit.js';
import type { HttpProtection } from './http-protection.js';
import { requirementOf } from './route-roles.js';

/**
 * Lets requests in before their bodies are read: a place among those under way, who calls, what they may, how often. What an
 * admin asks for, or what was refused to somebody who asked for it, is a line in the log.
 */
export function admitRequests(server: FastifyInstance, options: HttpProtection): void {
  const { access, protection, clock, log } = options;
  const { monitoringNeedsToken, limits } = protection;
  const admission = new Admission(access, limits, clock);
  server.decorateRequest('caller');
  server.addHook('onRequest', async (request, reply) => {
    request.caller = NOBODY;
    const requirement = requirementOf(request, monitoringNeedsToken);
    const peer = request.ip;
    admission.calls.enter(peer);
    reply.raw.once('close', () => {
      admission.calls.leave(peer);
    });
    try {
      request.caller = await admission.admit(peer, request.headers.authorization, requirement);
    } catch (error) {
      request.caller = refused(error);
      throw error;
    }
  });
  server.addHook('onResponse', (request, reply, done) => {
    if (requirementOf(request, monitoringNeedsToken) === 'admin') log.info(auditLine(request, reply), 'admin call');
    done();
  });
}

/** Whom the log names: somebody who is known and may not. */
function refused(error: unknown): Caller {
  const name = error instanceof MillraceError ? error.context.caller : undefined;
  return typeof name === 'string' ? { ...NOBODY, name } : NOBODY;
}
