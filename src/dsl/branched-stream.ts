import { BranchProcessor, type Branch } from '../processor/stateless/branch.js';
import { PassThroughProcessor } from '../processor/stateless/pass-through.js';
import { OperatorNode } from './graph/nodes.js';
import type { KStream } from './kstream.js';
import type { Named } from './options.js';
import type { StreamPlace } from './program.js';
import type { StreamFacts } from './serde-facts.js';

/** The streams of a split by the names of their branches; those without a name by their number, the default one by 0. */
export type Branches<K, V, F extends StreamFacts, Names extends string> = {
  readonly [Name in Names]: KStream<K, V, F>;
};

/** The name of a branch in the result, and in its node's name. */
type BranchName<Given extends string | undefined, Otherwise extends string> = Given extends string ? Given : Otherwise;

/** A stream that is being split; ended by `defaultBranch()` or `noDefaultBranch()`. */
export class BranchedStream<
  K,
  V,
  F extends StreamFacts,
  Names extends string = never,
  Count extends readonly unknown[] = [],
> {
  readonly #place: StreamPlace<K, V>;
  readonly #splitter: OperatorNode;
  readonly #branches: Branch<K, V>[] = [];
  readonly #streams: Record<string, KStream<K, V, F>> = {};

  private constructor(place: StreamPlace<K, V>, prefix: string) {
    this.#place = place;
    const supplier = () => () => new BranchProcessor([...this.#branches]);
    this.#splitter = new OperatorNode(prefix, { supplier });
    place.program.graph.add(this.#splitter, place.node);
  }

  /** Splits a stream, for `KStream.split` (Kafka Streams' `split`); `name` is the prefix of the branches' node names. */
  static begin<K, V, F extends StreamFacts>(place: StreamPlace<K, V>, { name }: Named): BranchedStream<K, V, F> {
    return new BranchedStream(place, place.program.names.nameOr(name, 'KSTREAM-BRANCH-'));
  }

  /**
   * Takes the records for which the predicate holds and that no earlier branch took.
   * Kafka Streams' `BranchedKStream.branch`.
   */
  branch<const Name extends string | undefined = undefined>(
    predicate: (value: V, key: K) => boolean,
    options: { readonly name?: Name } = {},
  ): BranchedStream<K, V, F, Names | BranchName<Name, NumberOf<Count>>, [...Count, 0]> {
    this.#add(predicate, options.name ?? String(this.#branches.length + 1));
    return this as unknown as BranchedStream<K, V, F, Names | BranchName<Name, NumberOf<Count>>, [...Count, 0]>; // the same builder, which now has one branch more
  }

  /** Takes what no branch took, and gives all streams. Kafka Streams' `defaultBranch`. */
  defaultBranch<const Name extends string | undefined = undefined>(
    options: { readonly name?: Name } = {},
  ): Branches<K, V, F, Names | BranchName<Name, '0'>> {
    this.#add(undefined, options.name ?? '0');
    return this.#streams as Branches<K, V, F, Names | BranchName<Name, '0'>>; // each branch was added under its name
  }

  /** Drops what no branch took, and gives all streams. Kafka Streams' `noDefaultBranch`. */
  noDefaultBranch(): Branches<K, V, F, Names> {
    return this.#streams as Branches<K, V, F, Names>; // each branch was added under its name
  }

  #add(predicate: Branch<K, V>['predicate'], name: string): void {
    const { program } = this.#place;
    const child = this.#splitter.name + name;
    program.names.generate(child);
    this.#branches.push({ predicate, child });
    const node = new OperatorNode(child, { supplier: () => () => new PassThroughProcessor() });
    program.graph.add(node, this.#splitter);
    this.#streams[name] = program.handles.stream({ ...this.#place, name: child, node });
  }
}

/** The number of the next branch, from 1. */
type NumberOf<Count extends readonly unknown[]> = [...Count, 0]['length'] extends infer N extends number
  ? `${N}`
  : never;
