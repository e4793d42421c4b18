import { ServerInterceptingCall, type Metadata, type ServerInterceptor } from '@grpc/grpc-js';
import type { Admission } from '../access/admission.js';
import { NOBODY, type Caller, type Requirement } from '../access/caller.js';
import { toStatus } from '../status.js';

/** Lets calls in, and remembers who made them. */
export interface CallAdmission {
  readonly interceptor: ServerInterceptor;
  /** Who made the call that came with this metadata. */
  readonly callerOf: (metadata: Metadata) => Caller;
}

/** Every call of a server passes it before its request is read. */
export function admitCalls(admission: Admission, requirementOf: (path: string) => Requirement): CallAdmission {
  const callers = new WeakMap<Metadata, Caller>();
  return {
    callerOf: (metadata) => callers.get(metadata) ?? NOBODY,
    interceptor({ path }, call) {
      const { remoteAddress: peer = 'unknown' } = call.getConnectionInfo();
      let entered = false;
      const refuse = (error: unknown): void => {
        call.sendStatus(toStatus(error));
      };
      const admit = (metadata: Metadata, proceed: (metadata: Metadata) => void): void => {
        const known = (caller: Caller): void => {
          callers.set(metadata, caller);
          proceed(metadata);
        };
        try {
          admission.calls.enter(peer);
          entered = true;
          const caller = admission.admit(peer, authorizationOf(metadata), requirementOf(path));
          if (caller instanceof Promise) caller.then(known, refuse);
          else known(caller);
        } catch (error) {
          refuse(error);
        }
      };
      return new ServerInterceptingCall(call, {
        start(next) {
          next({
            onReceiveMetadata: admit,
            // However a call ends, it ends with this, once.
            onCancel() {
              if (entered) admission.calls.leave(peer);
            },
          });
        },
      });
    },
  };
}

function authorizationOf(metadata: Metadata): string | undefined {
  const [value] = metadata.get('authorization');
  return typeof value === 'string' ? value : undefined;
}
