import type { Serde } from '../serde/serde.js';
import { bytes } from '../serde/primitives.js';
import type { KeyValueStoreDefinition } from '../state/store.js';
import type { Processor } from '../topology/processor.js';
import { AnswerSubscriptionProcessor } from '../processor/foreign-key-join/answer-subscription.js';
import { ForeignChangeProcessor } from '../processor/foreign-key-join/foreign-change.js';
import { ReceiveSubscriptionProcessor } from '../processor/foreign-key-join/receive-subscription.js';
import { ResolveAnswerProcessor } from '../processor/foreign-key-join/resolve-answer.js';
import { SubscribeProcessor } from '../processor/foreign-key-join/subscribe.js';
import { subscriptionSerde, type Subscription } from '../processor/foreign-key-join/subscription.js';
import { answerSerde, type SubscriptionAnswer } from '../processor/foreign-key-join/subscription-answer.js';
import type { StreamPartitioner } from '../topology/node.js';
import type { GraphNode } from './graph/graph-node.js';
import { OperatorNode, StateStoreNode, TableRepartitionNode } from './graph/nodes.js';
import type { KTable } from './ktable.js';
import type { Named, Stored } from './options.js';
import { expectSerde, type Program, type TablePlace } from './program.js';
import type { TableFacts } from './serde-facts.js';
import { givenStoreName, keepsVersions, tableStoreDefinition } from './stored.js';
import { SourceTable } from './table/store-table.js';

const PREFIX = 'KTABLE-FK-JOIN-';

/** What a foreign-key join is made from. */
export interface ForeignKeyJoinParts<K, V, KO, VO, VR> {
  /** Null: the row refers to none. */
  readonly foreignKey: (value: V, key: K) => KO | null;
  readonly joiner: (value: V, foreignValue: VO | null, key: K) => VR | null;
  readonly left: boolean;
  /** How the foreign table's topic is partitioned. */
  readonly otherPartitioner: StreamPartitioner<KO, null> | undefined;
  /** The serde of the primary table's values, where the table does not know it. */
  readonly ownValue: Serde<V> | undefined;
}

/**
 * Joins each row of a table with the row of another one that it refers to (KIP-213):
 *
 *     primary table -> subscribe -> registration topic -> receive -> answer --\
 *                                   foreign table -> tell subscribers --------> response topic -> resolve -> result
 */
export function joinByForeignKey<K, V, KO, VO, VR>(
  primary: TablePlace<K, V>,
  foreign: TablePlace<KO, VO>,
  parts: ForeignKeyJoinParts<K, V, KO, VO, VR>,
  options: Named & Stored & { readonly key?: Serde<K>; readonly value?: Serde<VR> },
): KTable<K, VR, TableFacts> {
  const { program } = primary;
  foreign.logic.sendOldValues(true);
  primary.logic.sendOldValues(true);
  const writing = new ForeignKeyJoinSteps(primary, foreign, parts, options.name);
  const registration = writing.registration();
  const [answer, change] = writing.foreignSide(registration);
  const response = writing.response(answer, change);
  const resolve = writing.resolution(response);
  const sources = new Set([...primary.sources, response.name]);
  const name = writing.suffixed('-result', `${PREFIX}OUTPUT-`);
  return resultTable({ program, name, sources, parent: resolve, key: options.key ?? writing.keySerde }, options);
}

/** The steps of one join, taken in the order of Kafka Streams: names are numbered by it. */
class ForeignKeyJoinSteps<K, V, KO, VO, VR> {
  readonly #program: Program;
  readonly #valueSerde: Serde<V>;
  readonly #foreignSerde: Serde<KO>;
  readonly #subscriptions: Serde<Subscription<K>>;
  readonly #answers: Serde<SubscriptionAnswer<VO>>;
  readonly keySerde: Serde<K>;

  constructor(
    readonly primary: TablePlace<K, V>,
    readonly foreign: TablePlace<KO, VO>,
    readonly parts: ForeignKeyJoinParts<K, V, KO, VO, VR>,
    readonly name: string | undefined,
  ) {
    this.#program = primary.program;
    this.keySerde = expectSerde(primary.keySerde, 'key', primary.name);
    this.#valueSerde = expectSerde(parts.ownValue ?? primary.valueSerde, 'value', primary.name);
    this.#foreignSerde = expectSerde(foreign.keySerde, 'key', foreign.name);
    this.#subscriptions = subscriptionSerde(this.keySerde, this.#valueSerde);
    this.#answers = answerSerde(expectSerde(foreign.valueSerde, 'value', foreign.name));
  }

  suffixed(suffix: string, prefix: string): string {
    return this.#program.names.suffixedNameOr(this.name, suffix, prefix);
  }

  registration(): GraphNode {
    const topic = `${this.suffixed('-subscription-registration', `${PREFIX}SUBSCRIPTION-REGISTRATION-`)}-topic`;
    const { foreignKey: of, left } = this.parts;
    const latestOnly = this.primary.logic.versioned;
    const foreignKey = { of, left, serde: this.#foreignSerde, valueSerde: this.#valueSerde, latestOnly };
    const subscribe = operator(
      this.suffixed('-subscription-registration-processor', `${PREFIX}SUBSCRIPTION-REGISTRATION-`),
      () => new SubscribeProcessor(foreignKey),
    );
    this.#program.graph.add(subscribe, this.primary.node);
    const names = this.#topicNames(topic, '-subscription-registration');
    const { otherPartitioner: other } = this.parts;
    const partitioner =
      other && ((of: string, key: KO, _: unknown, partitions: number) => other(of, key, null, partitions));
    const node = new TableRepartitionNode(names, this.#foreignSerde, this.#subscriptions, partitioner);
    this.#program.graph.add(node, subscribe);
    this.#program.copartitioned.push(new Set([...this.foreign.sources, node.name]));
    return node;
  }

  /** What answers new subscriptions, and what tells subscribers of changed rows. */
  foreignSide(registration: GraphNode): readonly [GraphNode, GraphNode] {
    const { graph } = this.#program;
    const storeName = this.suffixed('-subscription-store', `${PREFIX}SUBSCRIPTION-STATE-STORE-`);
    const store = subscriptionStore(this.#program, storeName, this.#subscriptions);
    graph.add(new StateStoreNode(store), graph.root);
    const subscriptions = { storeName, foreignKey: this.#foreignSerde, primaryKey: this.keySerde };
    const receive = operator(
      this.suffixed('-subscription-receive', `${PREFIX}SUBSCRIPTION-PROCESSOR-`),
      () => new ReceiveSubscriptionProcessor(subscriptions),
      [storeName],
    );
    graph.add(receive, registration);
    const view = this.foreign.logic.view();
    const answer = operator(
      this.suffixed('-subscription-join-foreign', `${PREFIX}SUBSCRIPTION-PROCESSOR-`),
      () => new AnswerSubscriptionProcessor(view),
      view.stores,
    );
    graph.add(answer, receive);
    const change = operator(
      this.suffixed('-foreign-join-subscription', `${PREFIX}SUBSCRIPTION-PROCESSOR-`),
      () => new ForeignChangeProcessor<K, KO, VO>(subscriptions, this.foreign.logic.versioned),
      [storeName],
    );
    graph.add(change, this.foreign.node);
    return [answer, change];
  }

  response(answer: GraphNode, change: GraphNode): GraphNode {
    const topic = `${this.suffixed('-subscription-response', `${PREFIX}SUBSCRIPTION-RESPONSE-`)}-topic`;
    const names = this.#topicNames(topic, '-subscription-response');
    const partitioner = (_topic: string, _key: K, value: SubscriptionAnswer<VO>) => value.primaryPartition;
    const node = new TableRepartitionNode(names, this.keySerde, this.#answers, partitioner);
    this.#program.graph.add(node, answer, change);
    this.#program.copartitioned.push(new Set([...this.primary.sources, node.name]));
    return node;
  }

  resolution(response: GraphNode): GraphNode {
    const view = this.primary.logic.view();
    const join = { joiner: this.parts.joiner, left: this.parts.left, valueSerde: this.#valueSerde };
    const resolve = operator(
      this.suffixed('-subscription-response-resolver', `${PREFIX}SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR-`),
      () => new ResolveAnswerProcessor(join, view),
      view.stores,
    );
    this.#program.graph.add(resolve, response);
    return resolve;
  }

  #topicNames(topic: string, suffix: string) {
    const sink = this.suffixed(`${suffix}-sink`, 'KTABLE-SINK-');
    return { topic, sink, source: this.suffixed(`${suffix}-source`, 'KTABLE-SOURCE-') };
  }
}

function resultTable<K, VR>(
  at: { program: Program; name: string; sources: ReadonlySet<string>; parent: GraphNode; key: Serde<K> },
  options: Named & Stored & { readonly value?: Serde<VR> },
): KTable<K, VR, TableFacts> {
  const { program, name, sources, parent, key: keySerde } = at;
  const queryableStore = givenStoreName(options);
  const storeName = queryableStore ?? program.names.storeName(`${PREFIX}OUTPUT-`);
  const newStore = () => {
    const value = expectSerde(options.value, 'value', name);
    return tableStoreDefinition(program, storeName, options, { key: keySerde, value });
  };
  const versioned = keepsVersions(options);
  const logic = new SourceTable<K, VR>(
    newStore,
    versioned || queryableStore !== undefined || options.onExpiry === 'tombstone',
    versioned,
  );
  const node = new OperatorNode(name, logic);
  program.graph.add(node, parent);
  const serdes = { keySerde, valueSerde: options.value };
  return program.handles.table({ program, name, node, sources, ...serdes, logic, queryableStore });
}

function operator(name: string, newProcessor: () => Processor, stores: readonly string[] = []): OperatorNode {
  return new OperatorNode(name, { supplier: () => newProcessor, connects: () => stores });
}

function subscriptionStore(program: Program, name: string, value: Serde<unknown>): KeyValueStoreDefinition {
  return {
    kind: 'keyValue',
    name,
    timestamped: true,
    prefixed: true,
    keySerde: bytes(),
    valueSerde: value,
    storage: program.storage,
    caching: false,
    logging: { topicConfig: {} },
    logHeaders: true,
  };
}
