import type { MillraceApp } from '../millrace-app.js';
import type { ToSupervisor } from './child-messages.js';

/** Tells the supervisor where this process is reached and how its applications are. */
export function reportToSupervisor(app: MillraceApp, parent: Pick<NodeJS.Process, 'send'>): void {
  const tell = (message: ToSupervisor): void => {
    parent.send?.(message, undefined, undefined, () => undefined); // a supervisor that is gone ends this process (endWithSupervisor)
  };
  const tellStates = (): void => {
    tell({ type: 'states', states: Object.fromEntries(app.applications.map(({ applicationId, state }) => [applicationId, state])) }); // prettier-ignore
  };
  for (const application of app.applications) {
    const { applicationId } = application;
    const tellCluster = (): void => {
      const view = application.cluster();
      if (view) tell({ type: 'cluster', application: applicationId, view });
    };
    application.onStateChange(tellStates);
    application.onTasksChange(tellCluster);
    tellCluster();
  }
  tell({ type: 'started', grpcPort: app.grpcPort, httpPort: app.httpPort });
  tellStates();
}
