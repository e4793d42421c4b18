import type { BrokerClient } from '../broker/client/client.js';
import { applicationLag, type LagReader } from './lag/application-lag.js';
import { observeApplication, type ApplicationObserver } from './plan/observed-application.js';

/** What is told of applications from their broker alone, whoever runs them. */
export interface Operations {
  readonly lag: LagReader;
  readonly observe: ApplicationObserver;
}

/** Asks the broker of a client. */
export function operationsOn(client: BrokerClient): Operations {
  return {
    lag: (request) => applicationLag(client, request),
    observe: (applicationId) => observeApplication(client, applicationId),
  };
}
