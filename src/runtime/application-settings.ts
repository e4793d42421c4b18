import type { StreamsApplicationOptions } from './application.js';

const MIB = 1 << 20;

/** Options with their defaults. */
export type ApplicationSettings = ReturnType<typeof withDefaults>;

/** Fills in what was left out. */
export function withDefaults(options: StreamsApplicationOptions) {
  return {
    ...options,
    transactional: (options.processingGuarantee ?? 'exactly_once') === 'exactly_once',
    commitIntervalMs: options.commitIntervalMs ?? 100,
    cacheMaxBytes: options.cacheMaxBytes ?? 10 * MIB,
    stateMemoryBytes: options.stateMemoryBytes ?? 64 * MIB,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 500,
    transactionTimeoutMs: options.transactionTimeoutMs ?? 10_000,
    maxTaskIdleMs: options.maxTaskIdleMs ?? 0,
    bufferedBytesPerTask: options.bufferedBytesPerTask ?? 4 * MIB,
    offsetReset: options.offsetReset ?? ('earliest' as const),
    topicRefreshMs: options.topicRefreshMs ?? 30_000,
    purgeIntervalMs: options.purgeIntervalMs ?? 30_000,
    compression: options.compression ?? ('none' as const),
    standbys: options.standbys ?? 0,
    acceptableRecoveryLag: options.acceptableRecoveryLag ?? 10_000,
    maxWarmups: options.maxWarmups ?? 2,
    probingRebalanceIntervalMs: options.probingRebalanceIntervalMs ?? 30_000,
    clientTags: options.clientTags ?? {},
    stateCleanupDelayMs: options.stateCleanupDelayMs ?? 600_000,
  };
}
