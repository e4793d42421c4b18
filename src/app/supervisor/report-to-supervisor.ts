import type { MillraceApp } from '../millrace-app.js';
import type { ToSupervisor } from './child-messages.js';

/** The part of `process` that a child has towards its parent. */
export type ParentChannel = Pick<NodeJS.Process, 'send' | 'once' | 'emit' | 'channel'>;

/** Tells the supervisor where this process is reached and how its applications are; when it is gone, this process stops, too. */
export function reportToSupervisor(app: MillraceApp, parent: ParentChannel): void {
  const tell = (message: ToSupervisor): void => {
    parent.send?.(message, undefined, undefined, () => undefined); // a supervisor that is gone is noticed below
  };
  const tellStates = (): void => {
    tell({ type: 'states', states: Object.fromEntries(app.applications.map(({ applicationId, state }) => [applicationId, state])) }); // prettier-ignore
  };
  for (const application of app.applications) application.onStateChange(tellStates);
  tell({ type: 'started', grpcPort: app.grpcPort, httpPort: app.httpPort });
  tellStates();
  parent.once('disconnect', () => parent.emit('SIGTERM', 'SIGTERM'));
  parent.channel?.unref();
}
