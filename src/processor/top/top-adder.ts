import type { Serde } from '../../serde/serde.js';
import { compareMembers, type Member } from './member.js';

/** A list of the best values with one more value in it; the list itself where that is not among the best. */
export type TopAdder<V> = (top: readonly V[], value: V) => readonly V[];

/** What is kept of the values of a group. */
export interface Ranked<V> {
  readonly by: (value: V) => number;
  readonly count: number;
  readonly valueSerde: Serde<V>;
}

/**
 * Adds values to a list of the highest scores, highest first; equal scores by the bytes of their values, so that the list is
 * the same in whatever order they come. A value without a score (NaN) is not among the best.
 */
export function topAdder<V>({ by, count, valueSerde }: Ranked<V>): TopAdder<V> {
  const scoreOf = (value: V): number => by(value) + 0; // + 0: a negative zero is zero
  const memberOf = (value: V): Member => ({ score: scoreOf(value), bytes: valueSerde.serialize(value) });
  return (top, value) => {
    const score = scoreOf(value);
    if (Number.isNaN(score)) return top;
    const last = top.at(-1);
    // Most values of a long stream end here, without their bytes being made.
    if (last !== undefined && top.length === count && score < scoreOf(last)) return top;
    const member = { score, bytes: valueSerde.serialize(value) };
    let place = top.length;
    while (place > 0 && compareMembers(member, memberOf(top[place - 1] as V)) < 0) place--; // within bounds
    return place === count ? top : [...top.slice(0, place), value, ...top.slice(place, count - 1)];
  };
}
