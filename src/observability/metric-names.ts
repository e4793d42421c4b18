/** What Prometheus is told of a metric. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Labels that its series carry; a series may leave some out. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit, ascending. */
  readonly buckets?: readonly number[];
}

/** Seconds, for what takes microseconds when all is well: one record, one store access. */
const SHORT_SECONDS = [0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];
/** Seconds, for what waits for a broker or a disk. */
const LONG_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds of event time between a record and its result. */
const END_TO_END_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600];

const TASK = ['application', 'task'];
const NODE = [...TASK, 'node'];
const STORE = [...TASK, 'store'];

/**
 * Every metric of Millrace: Kafka Streams' metrics in Prometheus form (base units, histograms instead of averages). A name
 * that is not here cannot be counted.
 */
export const METRICS: Readonly<Record<string, MetricDefinition>> = {
  millrace_application_running: gauge('1 while every task of the application processes.', ['application']),
  millrace_application_tasks: gauge('Tasks of this instance.', ['application']),

  millrace_task_process_records_total: counter('Records processed.', TASK),
  millrace_task_process_latency_seconds: histogram('Time to process one slice of records.', TASK, SHORT_SECONDS),
  millrace_task_punctuate_latency_seconds: histogram('Time of one punctuation.', TASK, SHORT_SECONDS),
  millrace_task_punctuate_total: counter('Punctuations.', TASK),
  millrace_task_enforced_processing_total: counter('Records taken although an input was empty.', TASK),
  millrace_task_input_buffer_bytes: gauge('Bytes fetched and not yet processed.', TASK),
  millrace_task_input_buffer_records: gauge('Records fetched and not yet processed.', TASK),
  millrace_task_created_total: counter('Tasks created.', ['application']),
  millrace_task_closed_total: counter('Tasks closed.', ['application']),
  millrace_record_lateness_seconds: histogram('How far behind stream time records are.', TASK, END_TO_END_SECONDS),
  millrace_dropped_records_total: counter('Records dropped by nodes, by reason.', [...NODE, 'reason']),
  millrace_deserialization_errors_total: counter('Records that could not be read.', [...NODE, 'topic']),
  millrace_processing_errors_total: counter('Records on which a processor failed.', NODE),
  millrace_production_errors_total: counter('Records that could not be sent.', [...NODE, 'topic']),
  millrace_dead_letter_records_total: counter('Records written to dead-letter topics.', [...TASK, 'topic']),

  millrace_processor_node_process_records_total: counter('Records that reached a node.', NODE),
  millrace_record_e2e_latency_seconds: histogram('Age of a record when a node has it.', NODE, END_TO_END_SECONDS),
  millrace_topic_consumed_records_total: counter('Records read.', [...TASK, 'topic']),
  millrace_topic_consumed_bytes_total: counter('Bytes read.', [...TASK, 'topic']),
  millrace_topic_produced_records_total: counter('Records sent.', [...TASK, 'topic']),
  millrace_topic_produced_bytes_total: counter('Bytes sent.', [...TASK, 'topic']),

  millrace_store_entries: gauge('Entries of a store, approximately.', STORE),
  millrace_store_expired_records_total: counter('Writes dropped because their window had expired.', STORE),
  millrace_state_overlay_bytes: gauge('Bytes written to stores and not yet committed.', TASK),

  millrace_watch_clients: gauge('Clients that watch a store.', ['application', 'store']),
  millrace_watch_buffer_bytes: gauge('Bytes that wait for clients that watch a store.', ['application', 'store']),
  millrace_watch_changes_sent_total: counter('Changes sent to clients that watch a store.', ['application', 'store']),
  millrace_watch_overflows_total: counter('Watches ended because the client was too slow.', ['application', 'store']),

  millrace_commit_total: counter('Commits.', ['application']),
  millrace_commit_latency_seconds: histogram('Time of one commit.', ['application'], LONG_SECONDS),
  millrace_commit_failures_total: counter('Commits that failed or were aborted.', ['application', 'reason']),
  millrace_fenced_total: counter('Times this instance was fenced by another.', ['application']),
  millrace_rebalance_total: counter('Rebalances.', ['application']),
  millrace_rebalance_latency_seconds: histogram('Time of one rebalance.', ['application'], LONG_SECONDS),
  millrace_poll_total: counter('Polls of the stream loop.', ['application']),
  millrace_poll_records_total: counter('Records that polls brought.', ['application']),

  millrace_restore_records_total: counter('Changelog records applied while restoring.', STORE),
  millrace_restore_bytes_total: counter('Changelog bytes applied while restoring.', STORE),
  millrace_restore_remaining_records: gauge('Changelog records still to be applied.', STORE),
  millrace_standby_records_total: counter('Changelog records applied by standbys and warm-ups.', STORE),
  millrace_standby_bytes_total: counter('Changelog bytes applied by standbys and warm-ups.', STORE),
  millrace_standby_lag_records: gauge('Changelog records that a standby or warm-up is behind.', STORE),
  millrace_restore_latency_seconds: histogram('Time until a task was restored.', TASK, LONG_SECONDS),

  millrace_async_in_flight: gauge('Asynchronous calls under way.', NODE),
  millrace_async_pending_records: gauge('Records whose results are awaited.', NODE),
  millrace_async_calls_total: counter('Asynchronous calls begun.', NODE),
  millrace_async_retries_total: counter('Records that are to be called for again.', NODE),
  millrace_async_timeouts_total: counter('Asynchronous calls that took too long.', NODE),
  millrace_async_failed_records_total: counter('Records for which there is no result.', NODE),
  millrace_async_late_records_total: counter('Records whose deadline passed before their results came.', NODE),
  millrace_async_circuit_open: gauge('1 while the circuit breaker keeps calls back.', NODE),
  millrace_async_call_latency_seconds: histogram('Time of one asynchronous call.', NODE, LONG_SECONDS),

  millrace_sink_records_total: counter('Records written by a sink.', NODE),
  millrace_sink_batches_total: counter('Batches written by a sink.', NODE),
  millrace_sink_write_latency_seconds: histogram('Time of one write or flush of a sink.', NODE, LONG_SECONDS),
  millrace_sink_retries_total: counter('Times that a sink failed and is tried again.', NODE),
  millrace_sink_rejected_records_total: counter('Records that a destination did not take.', NODE),
  millrace_sink_fenced_total: counter('Times that another writer had moved the position of a sink.', NODE),
  millrace_sink_connected: gauge('1 while a sink has a writer open.', NODE),
  millrace_sink_pending_records: gauge('Records taken for a sink and not yet written.', NODE),

  millrace_consumer_lag_records: gauge('Records not yet committed.', ['application', 'topic', 'partition']),

  millrace_schema_registry_pending: gauge('Schemas that records wait for.', []),
  millrace_schema_registry_retries_total: counter('Times the schema registry was asked again for a schema.', []),

  millrace_generator_records_total: counter('Records made by a generator.', ['application', 'topic']),

  grpc_server_started_total: counter('Calls begun.', ['grpc_service', 'grpc_method']),
  grpc_server_handled_total: counter('Calls ended, by status.', ['grpc_service', 'grpc_method', 'grpc_code']),
  grpc_server_handling_seconds: histogram('Time of a call.', ['grpc_service', 'grpc_method'], LONG_SECONDS),
  grpc_server_msg_sent_total: counter('Messages sent.', ['grpc_service', 'grpc_method']),
};

function counter(help: string, labels: readonly string[]): MetricDefinition {
  return { type: 'counter', help, labels };
}

function gauge(help: string, labels: readonly string[]): MetricDefinition {
  return { type: 'gauge', help, labels };
}

function histogram(help: string, labels: readonly string[], buckets: readonly number[]): MetricDefinition {
  return { type: 'histogram', help, labels, buckets };
}
