import type { ApplicationStatus } from './application-state.js';
import type { TaskRegistry } from './task-registry.js';

/** Keeps REBALANCING and RUNNING true to the tasks: running is an assignment whose tasks all process. */
export class Readiness {
  #assigned = false;

  constructor(
    private readonly status: ApplicationStatus,
    private readonly registry: TaskRegistry,
  ) {}

  /** There is an assignment, or there is none any more. */
  assigned(assigned: boolean): void {
    this.#assigned = assigned;
    this.update();
  }

  update(): void {
    this.status.tryTo(this.#assigned && this.registry.allRunning ? 'RUNNING' : 'REBALANCING');
  }
}
