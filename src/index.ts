/** Kafka Streams for TypeScript: the public names. */
export { defineQuery } from './app/define-query.js';
export type {
  PathNames,
  QueryAnswer,
  QueryDefinition,
  QueryInput,
  QueryOptions,
  QueryStores,
} from './app/define-query.js';
export { defineTopology } from './app/define-topology.js';
export type { QueryService, TopologyConfig, TopologyDefinition } from './app/define-topology.js';
export { runBackfill } from './app/backfill/run-backfill.js';
export type {
  BackfillOptions,
  BackfillProgress,
  BackfillStart,
  BackfillSummary,
  BackfillTarget,
  FileTarget,
} from './app/backfill/backfill-options.js';
export { loadConfig } from './app/config.js';
export type { Config, Flags, SettingName } from './app/config.js';
export type { MillraceApp, MillraceAppOptions } from './app/millrace-app.js';
export { startMillrace } from './app/start-millrace.js';
export { avroFile } from './connect/files/avro-file.js';
export type { AvroCodec, AvroFileOptions } from './connect/files/avro-file.js';
export type { FileEncoder, FileEncoding, FileFormat } from './connect/files/file-format.js';
export { cassandraSink } from './connect/cassandra/cassandra-sink.js';
export type { CassandraColumn, CassandraSinkOptions } from './connect/cassandra/cassandra-sink.js';
export type { CassandraType, CassandraValue } from './connect/cassandra/cassandra-value.js';
export { fileSink } from './connect/files/file-sink.js';
export type { FileSinkOptions } from './connect/files/file-sink.js';
export { fileSource } from './connect/files/file-source.js';
export type { FileSourceOptions } from './connect/files/file-source.js';
export type { FileAppender, FileStorage } from './connect/files/file-storage.js';
export type { ListedFile, ReadableFile, ReadableFiles } from './connect/files/readable-files.js';
export type { ReadableFormat } from './connect/files/row-reader.js';
export type { RollLimits } from './connect/files/file-writer.js';
export { jsonLines } from './connect/files/json-lines.js';
export { LocalStorage } from './connect/files/local-storage.js';
export type { ParquetColumnType, ParquetValue } from './connect/files/parquet-column.js';
export type { RowGroupLimits } from './connect/files/parquet-encoder.js';
export { parquetFile } from './connect/files/parquet-file.js';
export type { ParquetColumns, ParquetFileOptions, ParquetRecord } from './connect/files/parquet-file.js';
export { generate } from './connect/generator/generate.js';
export type { GeneratorRun } from './connect/generator/generate.js';
export { generatorSource } from './connect/generator/generator-source.js';
export type { GeneratorSourceOptions } from './connect/generator/generator-source.js';
export { defineGenerator } from './connect/generator/generator.js';
export type {
  GeneratedRecord,
  GeneratorDefinition,
  GeneratorOption,
  GeneratorStep,
  NonEmpty,
} from './connect/generator/generator.js';
export { httpSink } from './connect/http/http-sink.js';
export type { HttpHeaders, HttpSinkOptions } from './connect/http/http-sink.js';
export { postgresSink } from './connect/postgres/postgres-sink.js';
export type { PostgresColumn, PostgresSinkOptions } from './connect/postgres/postgres-sink.js';
export { postgresSource } from './connect/postgres/postgres-source.js';
export type { PostgresSourceOptions } from './connect/postgres/postgres-source.js';
export type { PostgresConnection, PostgresRow } from './connect/postgres/postgres-connection.js';
export { s3Storage } from './connect/s3/s3-storage.js';
export type { S3StorageOptions } from './connect/s3/s3-storage.js';
export type { S3Credentials } from './connect/s3/s3-client.js';
export { cassandraSeed } from './connect/seed/cassandra-seed.js';
export type { CassandraSeedOptions } from './connect/seed/cassandra-seed.js';
export { fileSeed } from './connect/seed/file-seed.js';
export { postgresSeed } from './connect/seed/postgres-seed.js';
export type { PostgresSeedOptions } from './connect/seed/postgres-seed.js';
export type { SeedColumns } from './connect/seed/seed-columns.js';
export type { SeedContext, SeedRow, SeedSource } from './connect/seed/seed-source.js';
export { topicSeed } from './connect/seed/topic-seed.js';
export type { AsyncStream } from './dsl/async-stream.js';
export type { Branches, BranchedStream } from './dsl/branched-stream.js';
export type { ByKey, Distinct, First, Flagged, OwnStore, RememberedFor, SameRecords } from './dsl/distinct.js';
export type { AggregateFacts, GroupedStream } from './dsl/grouped-stream.js';
export type { GlobalTable } from './dsl/global-table.js';
export type { CogroupedStream, CogroupFacts } from './dsl/cogroup/cogrouped-stream.js';
export type { SessionCogroupedStream } from './dsl/cogroup/session-cogrouped-stream.js';
export type { WindowedCogroupedStream } from './dsl/cogroup/windowed-cogrouped-stream.js';
export type { CountWindowedStream } from './dsl/count-windowed-stream.js';
export type { GroupedTable } from './dsl/grouped-table.js';
export type { JoinableStream } from './dsl/joinable-stream.js';
export type { KStream } from './dsl/kstream.js';
export type { KTable } from './dsl/ktable.js';
export type { Late, LateOfGroup } from './dsl/late.js';
export type { AsyncBatchMapper, AsyncBatchRecord, AsyncMapper, MapsAsync } from './dsl/map-async.js';
export type {
  Connected,
  Consumed,
  Expiring,
  Joined,
  Named,
  OnExpiry,
  Produced,
  Repartitioned,
  Stored,
  StreamJoined,
  TableJoined,
  WindowStored,
} from './dsl/options.js';
export type { Reorder, WithSerdes } from './dsl/reorder.js';
export type {
  AllChanged,
  CompileError,
  KeyChanged,
  Known,
  KnownTable,
  Merged,
  StreamFacts,
  TableFacts,
  ValueChanged,
} from './dsl/serde-facts.js';
export type { SessionFacts, SessionWindowedStream } from './dsl/session-windowed-stream.js';
export type { Optimization, OptimizationRule } from './dsl/optimization.js';
export type { SinkProduced } from './dsl/stream-to-sink.js';
export { StreamsBuilder } from './dsl/streams-builder.js';
export type { StreamsBuilderOptions } from './dsl/streams-builder.js';
export type { Suppressed, SuppressBuffer, UntilTimeLimit, UntilWindowCloses } from './dsl/suppress.js';
export type { Ranking, TopN } from './dsl/top.js';
export type { TimeWindowedStream } from './dsl/time-windowed-stream.js';
export {
  AsyncBatchMismatchError,
  AsyncCallFailedError,
  AsyncCallTimedOutError,
  AsyncDeadlinePassedError,
} from './processor/async/async-call-error.js';
export type {
  AsyncBatching,
  AsyncOptions,
  AsyncRetry,
  CircuitBreaking,
  RateLimit,
} from './processor/async/async-options.js';
export type {
  AsyncBatchProcessor,
  AsyncCall,
  AsyncCallRecord,
  AsyncOutcome,
  AsyncProcessor,
  AsyncSteps,
  BatchedCall,
} from './processor/async/async-processor.js';
export type { AsyncProcessorOptions } from './processor/async/calling-supplier.js';
export { asyncBatchProcessor, asyncProcessor } from './processor/async/make-async-processor.js';
export { ASYNC_FAILURE_HEADERS } from './processor/async/map-async.js';
export type {
  TableTransformer,
  TableTransformerSupplier,
  TransformerContext,
} from './processor/ktable/table-transform-values.js';
export { countWindows } from './processor/window/count-windows.js';
export type { CountWindows } from './processor/window/count-windows.js';
export { calendar } from './processor/window/calendar-windows.js';
export type { CalendarOptions, CalendarWindows } from './processor/window/calendar-windows.js';
export type { CalendarUnit, Weekday } from './processor/window/calendar-periods.js';
export { sessions } from './processor/window/session-windows.js';
export type { SessionWindows } from './processor/window/session-windows.js';
export type { Identity, RecordId } from './processor/distinct/identity.js';
export type { Occurrence } from './processor/distinct/occurrence.js';
export { LATE_HEADERS } from './processor/window/late-output.js';
export { sliding } from './processor/window/sliding-windows.js';
export type { SlidingWindows } from './processor/window/sliding-windows.js';
export type { CloseOn, ClosesOn } from './processor/window/close-on.js';
export type { EmitStrategy } from './processor/window/window-close-emitter.js';
export { hopping, tumbling, unlimited } from './processor/window/windows.js';
export { within } from './processor/window/join-windows.js';
export type { JoinBounds, JoinWindows } from './processor/window/join-windows.js';
export type { Grace, TimeWindows } from './processor/window/windows.js';
export type {
  ErrorPolicies,
  ErrorPolicy,
  ErrorResponse,
  FailedInput,
  ProductionPolicy,
  ProductionResponse,
  RecordFailure,
  UncaughtErrorPolicy,
  UncaughtErrorResponse,
} from './app/define-topology.js';
export * from './serde/index.js';
export { NOT_PUT, VALID_TO_UNDEFINED } from './state/store.js';
export type {
  JoinWindowStore,
  KeyValueStore,
  PutOptions,
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyVersionedKeyValueStore,
  ReadOnlyWindowStore,
  SessionEntry,
  SessionStore,
  StateStore,
  StoreDefinition,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  VersionedRecord,
  WindowEntry,
  WindowMatches,
  WindowStore,
} from './state/store.js';
export type {
  BuiltTopology,
  ExtractableRecord,
  OffsetReset,
  StreamPartitioner,
  TimestampExtractor,
  TopicNameExtractor,
} from './topology/node.js';
export type { Mailbox, RecordBytes } from './topology/mailbox.js';
export { Record } from './topology/processor.js';
export type {
  Cancellable,
  ConnectedStoreProvider,
  FixedKeyProcessor,
  FixedKeyProcessorContext,
  FixedKeyProcessorSupplier,
  FixedKeyRecord,
  NodeMetrics,
  Processor,
  ProcessorContext,
  ProcessorSupplier,
  PunctuationType,
  Punctuator,
  RecordMetadata,
} from './topology/processor.js';
export type { ArrivalOrder } from './topology/arrival-order.js';
export type { ArrivalDependency } from './topology/arrival.js';
export type { ProcessorWrapper } from './topology/processor-wrapper.js';
export type { RecordSource, SourceBatch, SourceContext, SourceReader, SourceRecord } from './topology/record-source.js';
export { SinkFencedError, SinkRecordsRejectedError, SinkUnavailableError } from './topology/sink.js';
export type {
  RejectedSinkRecord,
  Sink,
  SinkBatch,
  SinkBatching,
  SinkContext,
  SinkGuarantee,
  SinkRecord,
  SinkRetry,
  SinkWriter,
} from './topology/sink.js';
export { keyValueStore, sessionStore, versionedKeyValueStore, windowStore } from './topology/store-definitions.js';
export type {
  KeyValueStoreOptions,
  SessionStoreOptions,
  StoreOptions,
  VersionedStoreOptions,
  WindowStoreOptions,
} from './topology/store-definitions.js';
export {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
} from './topology/timestamp-extractors.js';
export { Topology } from './topology/topology.js';
export type {
  ConnectorOptions,
  GlobalStoreOptions,
  ProcessorOptions,
  SinkOptions,
  SourceOptions,
} from './topology/topology.js';
export { TopologyError } from './topology/topology-error.js';
export type { Header, Headers } from './util/headers.js';
export { MillraceError } from './util/errors.js';
export type { ErrorContext, ErrorKind } from './util/errors.js';
export type { Duration } from './util/time.js';
