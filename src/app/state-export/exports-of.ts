import type { BrokerClient } from '../../broker/client/client.js';
import { applicationNotFound } from '../../query/query-errors.js';
import type { SchemaCache } from '../../serde/registry/schema-cache.js';
import type { BuiltTopology } from '../../topology/node.js';
import type { RowsOf } from '../http/export-route.js';
import { exportedRows } from './open-export.js';

/** Exports the stores of the applications of a process. */
export function exportsOf(
  client: BrokerClient,
  applications: readonly { readonly applicationId: string; readonly topology: BuiltTopology }[],
  schemas: SchemaCache | undefined,
): RowsOf {
  return (applicationId, store, raw) => {
    const application = applications.find((each) => each.applicationId === applicationId);
    if (application === undefined) {
      throw applicationNotFound(
        applicationId,
        applications.map((each) => each.applicationId),
      );
    }
    return exportedRows(client, { applicationId, topology: application.topology, store, raw, schemas });
  };
}
