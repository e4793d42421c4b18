/** `millrace/client`: asks the state of running processes, over gRPC. */
export { createQueryClient } from './query-client.js';
export type { CallOptions, QueryClient, QueryClientOptions } from './query-client.js';
export type { ClientAccess, ClientTls } from './client-access.js';
export { Timestamp } from '../gen/google/protobuf/timestamp.js';
export { Isolation, ReadOptions } from '../gen/millrace/query/v1/read_options.js';
export { Position, TopicPartitionOffset } from '../gen/millrace/query/v1/record.js';
export type { Record, Window } from '../gen/millrace/query/v1/record.js';
export { Cursor, StoreKind } from '../gen/millrace/query/v1/state_query_service.js';
export type { StoreInfo } from '../gen/millrace/query/v1/state_query_service.js';
export type { Instance, Task } from '../gen/millrace/query/v1/topology_service.js';
export { MillraceError } from '../../util/errors.js';
export type { ErrorContext, ErrorKind } from '../../util/errors.js';
