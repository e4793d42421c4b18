/**
 * What a node's name says, shorter: Kafka Streams numbers the operators that have no name of their own
 * (`KSTREAM-KEY-SELECT-0000000002`), and the number is all that tells two of a kind apart.
 */
export interface NodeLabel {
  readonly title: string;
  /** Such as `#2`; empty for a node with a name of its own. */
  readonly number: string;
}

export function nodeLabel(name: string): NodeLabel {
  const [, operator, number, branch = ''] = /^K(?:STREAM|TABLE)-([A-Z-]+)-(\d{10})(.*)$/.exec(name) ?? [];
  if (operator === undefined || number === undefined) return { title: name, number: '' };
  const title = `${operator.toLowerCase().replaceAll('-', ' ')} ${branch}`;
  return { title: title.trimEnd(), number: `#${Number(number)}` };
}

/** The middle left out where it is too long: both ends tell names apart. */
export function shortened(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const end = Math.floor((characters - 1) * 0.45);
  return `${text.slice(0, characters - 1 - end)}…${text.slice(-end)}`;
}
