import type { Random } from '../../util/random.js';
import { ErrorCode } from './error-code.js';
import { PartitionLog } from './partition-log.js';
import type { BrokerStorage } from './storage/broker-storage.js';
import { TopicConfig } from './topic-config.js';

/** One topic of the embedded broker. */
export interface Topic {
  readonly name: string;
  /** Hex of its UUID. */
  readonly id: string;
  readonly config: TopicConfig;
  readonly partitions: PartitionLog[];
}

/** A failed change of topics, with Kafka's error and words. */
export interface TopicProblem {
  readonly errorCode: number;
  readonly errorMessage: string;
}

const DEFAULT_PARTITIONS = 1;
const MAX_PARTITIONS = 10_000;
const INTERNAL_TOPICS = new Set(['__consumer_offsets', '__transaction_state']);

/** The topics of the embedded broker and their logs. */
export class TopicRegistry {
  readonly #topics = new Map<string, Topic>();
  #nextLog = 1;

  constructor(
    private readonly storage: BrokerStorage,
    private readonly random: Random,
    /** Given to every batch; grows by one each time a durable broker opens. */
    readonly leaderEpoch: number,
  ) {}

  get(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  all(): Topic[] {
    return [...this.#topics.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  log(topic: string, partition: number): PartitionLog | undefined {
    return this.#topics.get(topic)?.partitions[partition];
  }

  /** Whether a topic could be made; undefined if so. */
  creationProblem(
    name: string,
    partitions: number,
    replicationFactor: number,
    configs: Readonly<Record<string, string>>,
  ): TopicProblem | undefined {
    const unnameable = nameProblem(name);
    if (unnameable !== undefined) return problem('INVALID_TOPIC_EXCEPTION', unnameable);
    if (this.#topics.has(name)) return problem('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`);
    if (partitions === 0 || partitions < -1 || partitions > MAX_PARTITIONS) {
      return problem('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.');
    }
    if (replicationFactor !== -1 && replicationFactor !== 1) {
      return problem(
        'INVALID_REPLICATION_FACTOR',
        `Unable to replicate the partition ${replicationFactor} time(s): the embedded broker is one broker.`,
      );
    }
    const config = TopicConfig.problem(configs);
    return config === undefined ? undefined : problem('INVALID_CONFIG', config);
  }

  /** Makes a topic that {@link creationProblem} has nothing against. */
  create(name: string, partitions: number, configs: Readonly<Record<string, string>>): Topic {
    const topic: Topic = {
      name,
      id: this.random.uuid().replaceAll('-', ''),
      config: new TopicConfig(configs),
      partitions: [],
    };
    this.#topics.set(name, topic);
    this.#grow(topic, partitions === -1 ? DEFAULT_PARTITIONS : partitions);
    return topic;
  }

  /** Takes a topic back from storage. */
  restore(name: string, text: string): Topic {
    // Our own format, written by #save.
    const { id, configs, logs } = JSON.parse(text) as SavedTopic;
    const partitions = logs.map((log) => new PartitionLog(log, this.leaderEpoch, this.storage));
    const topic = { name, id, config: new TopicConfig(configs), partitions };
    this.#topics.set(name, topic);
    return topic;
  }

  /** Log numbers below this one were used before. */
  skipLogs(next: number): void {
    this.#nextLog = next;
  }

  addPartitions(name: string, count: number): TopicProblem | undefined {
    const topic = this.#topics.get(name);
    if (topic === undefined) return UNKNOWN_TOPIC;
    const current = topic.partitions.length;
    if (count <= current || count > MAX_PARTITIONS) {
      return problem(
        'INVALID_PARTITIONS',
        `The topic ${name} currently has ${current} partition(s); ${count} would not be an increase.`,
      );
    }
    this.#grow(topic, count);
    return undefined;
  }

  delete(name: string): TopicProblem | undefined {
    const topic = this.#topics.get(name);
    if (topic === undefined) return UNKNOWN_TOPIC;
    this.#topics.delete(name);
    this.storage.remove(topicKey(name));
    for (const log of topic.partitions) log.remove();
    return undefined;
  }

  #grow(topic: Topic, count: number): void {
    while (topic.partitions.length < count) {
      const log = new PartitionLog(this.#nextLog++, this.leaderEpoch, this.storage);
      log.saveBounds();
      topic.partitions.push(log);
    }
    this.#save(topic);
  }

  #save({ name, id, config, partitions }: Topic): void {
    const logs = partitions.map((log) => log.id);
    this.storage.put(topicKey(name), JSON.stringify({ id, configs: config.given, logs }));
    this.storage.put('next-log', String(this.#nextLog));
  }
}

interface SavedTopic {
  readonly id: string;
  readonly configs: Readonly<Record<string, string>>;
  readonly logs: readonly number[];
}

function topicKey(name: string): string {
  return `t/${name}`;
}

const UNKNOWN_TOPIC = problem('UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.');

function problem(error: keyof typeof ErrorCode, errorMessage: string): TopicProblem {
  return { errorCode: ErrorCode[error], errorMessage };
}

function nameProblem(name: string): string | undefined {
  if (INTERNAL_TOPICS.has(name)) return `Topic '${name}' is internal.`;
  if (name === '.' || name === '..') return `Topic name is invalid: '${name}' is not allowed.`;
  if (name.length > 249) return 'Topic name is invalid: it is longer than 249 characters.';
  if (/^[a-zA-Z0-9._-]+$/.test(name)) return undefined;
  return `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'.`;
}
