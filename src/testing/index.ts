export { TopologyTestDriver, type TopologyTestDriverOptions } from './topology-test-driver.js';
export { InputTopic, type InputTopicOptions, type PipeOptions } from './input-topic.js';
export { OutputTopic, type OutputTopicOptions, type OutputRecord } from './output-topic.js';
export { MemorySink, type MemorySinkOptions, type WrittenRecord } from './memory-sink.js';
export type { RawRecord } from './raw-record.js';
export type { ErrorPolicies, ErrorPolicy, ErrorResponse, RecordFailure } from '../runtime/task/error-policy.js';
