import type { BuiltTopology } from '../../topology/node.js';

/** An application on this instance, whose metrics are told. */
export interface Instance {
  readonly application: string;
  readonly instanceId: string;
  readonly topology: BuiltTopology;
}
