/** Kafka 4.3's defaults of the topic settings; the embedded broker heeds those that have a meaning with one replica. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'compression.type': 'producer',
  'delete.retention.ms': '86400000',
  'file.delete.delay.ms': '60000',
  'flush.messages': '9223372036854775807',
  'flush.ms': '9223372036854775807',
  'follower.replication.throttled.replicas': '',
  'index.interval.bytes': '4096',
  'leader.replication.throttled.replicas': '',
  'local.retention.bytes': '-2',
  'local.retention.ms': '-2',
  'max.compaction.lag.ms': '9223372036854775807',
  'max.message.bytes': '1048588',
  'message.timestamp.after.max.ms': '3600000',
  'message.timestamp.before.max.ms': '9223372036854775807',
  'message.timestamp.type': 'CreateTime',
  'min.cleanable.dirty.ratio': '0.5',
  'min.compaction.lag.ms': '0',
  'min.insync.replicas': '1',
  preallocate: 'false',
  'remote.log.copy.disable': 'false',
  'remote.log.delete.on.disable': 'false',
  'remote.storage.enable': 'false',
  'retention.bytes': '-1',
  'retention.ms': '604800000',
  'segment.bytes': '1073741824',
  'segment.index.bytes': '10485760',
  'segment.jitter.ms': '0',
  'segment.ms': '604800000',
  'unclean.leader.election.enable': 'false',
};

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'compression.type': ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
  'message.timestamp.type': ['CreateTime', 'LogAppendTime'],
};
const TEXTS = new Set(['follower.replication.throttled.replicas', 'leader.replication.throttled.replicas']);

/** The settings of one topic: Kafka's defaults under what was given at creation. */
export class TopicConfig {
  readonly compacted: boolean;
  readonly deleted: boolean;
  readonly maxMessageBytes: number;
  readonly appendTime: boolean;
  readonly timestampBeforeMaxMs: number;
  readonly timestampAfterMaxMs: number;
  /** -1: no limit. */
  readonly retentionMs: number;
  /** -1: no limit. */
  readonly retentionBytes: number;
  readonly deleteRetentionMs: number;
  readonly minCleanableDirtyRatio: number;

  constructor(readonly given: Readonly<Record<string, string>>) {
    const policies = this.#text('cleanup.policy')
      .split(',')
      .map((policy) => policy.trim());
    this.compacted = policies.includes('compact');
    this.deleted = policies.includes('delete');
    this.maxMessageBytes = this.#number('max.message.bytes');
    this.appendTime = this.#text('message.timestamp.type') === 'LogAppendTime';
    this.timestampBeforeMaxMs = this.#number('message.timestamp.before.max.ms');
    this.timestampAfterMaxMs = this.#number('message.timestamp.after.max.ms');
    this.retentionMs = this.#number('retention.ms');
    this.retentionBytes = this.#number('retention.bytes');
    this.deleteRetentionMs = this.#number('delete.retention.ms');
    this.minCleanableDirtyRatio = this.#number('min.cleanable.dirty.ratio');
  }

  /** Every setting with its effective value. */
  all(): Record<string, string> {
    return { ...DEFAULTS, ...this.given };
  }

  /** Why settings cannot be accepted, in Kafka's words; undefined if they can. */
  static problem(configs: Readonly<Record<string, string>>): string | undefined {
    for (const [name, value] of Object.entries(configs)) {
      const preset = DEFAULTS[name];
      if (preset === undefined) return `Unknown topic config name: ${name}`;
      if (!acceptable(name, value, preset)) return `Invalid value ${value} for configuration ${name}`;
    }
    return undefined;
  }

  #text(name: string): string {
    return this.given[name] ?? DEFAULTS[name] ?? '';
  }

  #number(name: string): number {
    return Number(this.#text(name));
  }
}

function acceptable(name: string, value: string, preset: string): boolean {
  if (TEXTS.has(name)) return true;
  if (name === 'cleanup.policy') {
    return value === '' || value.split(',').every((policy) => ['compact', 'delete'].includes(policy.trim()));
  }
  const choices = CHOICES[name] ?? (preset === 'true' || preset === 'false' ? ['true', 'false'] : undefined);
  if (choices !== undefined) return choices.includes(value);
  return value.trim() !== '' && Number.isFinite(Number(value)) && Number(value) >= -2;
}
