import { TopologyError } from './topology-error.js';

/*
 * Names as Kafka Streams generates them: a prefix that tells the operator, then a counter of ten digits that the whole
 * program shares. A named operator burns its number all the same, so that naming one does not rename the others.
 */

const MAX_NAME_LENGTH = 249;
const GENERATED = /^KSTREAM.*-\d{10}$/;
const REPARTITION_SUFFIX = '-repartition';

/** Hands out the numbers of one program. */
export class NameGenerator {
  #next = 0;

  /** `<prefix>0000000042` */
  generate(prefix: string): string {
    return `${prefix}${String(this.#next++).padStart(10, '0')}`;
  }

  /** The given name, or a generated one; either takes a number. */
  nameOr(given: string | undefined, prefix: string): string {
    const generated = this.generate(prefix);
    return given === undefined ? generated : validName(given);
  }

  /** The given name and a suffix, or a generated one; either takes a number. */
  suffixedNameOr(given: string | undefined, suffix: string, prefix: string): string {
    return this.nameOr(given === undefined ? undefined : given + suffix, prefix);
  }

  /** `<prefix>STATE-STORE-0000000042` */
  storeName(prefix: string): string {
    return this.generate(`${prefix}STATE-STORE-`);
  }
}

/** Whether Kafka Streams made up this operator's or store's name, rather than the program. */
export function generatedName(name: string): boolean {
  return GENERATED.test(name);
}

/** The names of the three nodes and the topic that a repartition is made of. */
export interface RepartitionNames {
  readonly topic: string;
  readonly sink: string;
  readonly filter: string;
  readonly source: string;
}

/** Takes three numbers, also when `prefix` is the program's own and they are not shown. */
export function repartitionNames(names: NameGenerator, prefix: string): RepartitionNames {
  const topic = prefix.endsWith(REPARTITION_SUFFIX) ? prefix : prefix + REPARTITION_SUFFIX;
  const sink = names.generate('KSTREAM-SINK-');
  const filter = names.generate('KSTREAM-FILTER-');
  const source = names.generate('KSTREAM-SOURCE-');
  if (generatedName(prefix)) return { topic, sink, filter, source };
  return { topic, sink: `${topic}-sink`, filter: `${topic}-filter`, source: `${topic}-source` };
}

/**
 * The name, if nodes, stores and topics may have it.
 * @throws TopologyError `INVALID_NAME`
 */
export function validName(name: string): string {
  const problem = nameProblem(name);
  if (problem === undefined) return name;
  throw new TopologyError('INVALID_NAME', `Name "${name}" is illegal, ${problem}`, {
    hint: "Names are 1 to 249 characters of ASCII letters, digits, '.', '_' and '-'.",
  });
}

function nameProblem(name: string): string | undefined {
  if (name === '') return "it can't be empty";
  if (name === '.' || name === '..') return "it is '.' or '..'";
  if (name.length > MAX_NAME_LENGTH) return `it is longer than ${MAX_NAME_LENGTH} characters`;
  if (!/^[A-Za-z0-9._-]+$/.test(name))
    return "it contains a character other than ASCII alphanumerics, '.', '_' and '-'";
  return undefined;
}
