import { AsideProcessor } from '../processor/aside.js';
import { OperatorNode } from './graph/nodes.js';
import type { KStream } from './kstream.js';
import type { StreamPlace } from './program.js';
import type { StreamFacts } from './serde-facts.js';

/** Where an operator's late records go. */
export interface Late<K, V, F extends StreamFacts> {
  /**
   * Is given the stream of the records that the operator drops because they are late, unchanged, with headers that say why
   * (see `LATE_HEADERS`): `late: (late) => late.to('late-sales')`. A record that is late for several windows comes once for
   * each. They are counted as dropped all the same. Default: they are dropped.
   */
  readonly late?: ((stream: KStream<K, V, F>) => void) | undefined;
}

/** The child for late records of an operator, and what the program makes of its stream. */
export interface LateChild<K, V> extends Late<K, V, StreamFacts> {
  readonly name: string;
}

/** What a group knows of its records behind its repartition. */
export interface LateOfGroup<F extends StreamFacts> extends StreamFacts {
  readonly key: F['key'];
  readonly value: F['value'];
  readonly rekeyed: false;
}

/** Takes a name for the child for late records, if the program asked for one. */
export function lateChild<K, V>(
  place: Pick<StreamPlace<unknown, unknown>, 'program'>,
  late: Late<K, V, StreamFacts>['late'],
): LateChild<K, V> | undefined {
  const name = lateChildName(place, { late });
  return name === undefined ? undefined : { name, late };
}

/** Names the child for late records, if the program asked for one; takes a number only then. */
export function lateChildName<K, V, F extends StreamFacts>(
  { program }: Pick<StreamPlace<unknown, unknown>, 'program'>,
  { late }: Late<K, V, F>,
): string | undefined {
  return late === undefined ? undefined : program.names.generate('KSTREAM-LATE-');
}

/** Adds the child for late records below an operator; `operator` is the place of the operator, with the types it reads. */
export function addLateChild<K, V, F extends StreamFacts>(
  operator: StreamPlace<K, V>,
  name: string | undefined,
  { late }: Late<K, V, F>,
): void {
  if (late === undefined || name === undefined) return;
  const { program } = operator;
  const node = new OperatorNode(name, { supplier: () => () => new AsideProcessor() });
  program.graph.add(node, operator.node);
  late(program.handles.stream({ ...operator, name, node }));
}
