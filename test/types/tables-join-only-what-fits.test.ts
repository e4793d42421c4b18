import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { json, long, string } from '../../src/serde/index.js';

interface User {
  name: string;
}

const builder = new StreamsBuilder();
const users = builder.table('users', { key: string(), value: json<User>() });
const scores = builder.table('scores', { key: string(), value: long() });
const byNumber = builder.table('numbers', { key: long(), value: long() });
const counts = builder.stream('in', { key: string(), value: long() }).groupByKey().count();

/* Each function holds one mistake; none is called. */
export const mistakes = {
  otherKeys: () => {
    // @ts-expect-error -- the keys of the two tables are of different types
    users.join(byNumber, (user, score) => `${user.name}${String(score)}`);
  },
  wrongSerde: () => {
    // @ts-expect-error -- the joiner gives a string, the store is to keep numbers
    users.join(scores, (user, score) => user.name + String(score), { store: 'joined', value: long() });
  },
  nullOfLeftJoin: () => {
    // @ts-expect-error -- in a left join there may be no score
    users.leftJoin(scores, (user, score) => score.toFixed());
  },
  nullOfOuterJoin: () => {
    // @ts-expect-error -- in an outer join there may be no user
    users.outerJoin(scores, (user) => user.name);
  },
  storeWithoutSerde: () => {
    // @ts-expect-error -- the store needs the serde of the result
    users.join(scores, (user, score) => user.name + score, { store: 'joined' });
  },
  sinkWithoutSerde: () => {
    // @ts-expect-error -- the serde of the result is not known
    users
      .join(scores, () => 1)
      .toStream()
      .to('out');
  },
};

describe('the types of a table join', () => {
  it('follow from both tables, the joiner and the kind of join', () => {
    users.join(scores, (user, score, key) => {
      expectTypeOf(user).toEqualTypeOf<User>();
      expectTypeOf(score).toEqualTypeOf<number>();
      expectTypeOf(key).toEqualTypeOf<string>();
      return 1;
    });
    users.outerJoin(scores, (user, score) => {
      expectTypeOf(user).toEqualTypeOf<User | null>();
      expectTypeOf(score).toEqualTypeOf<number | null>();
      return 1;
    });
  });

  it('say whether the result can lose keys', () => {
    const add = (): number => 1;
    const lossless = counts.join(counts, add).toStream();
    const lossy = counts.join(scores, add).toStream();
    const left = counts.leftJoin(scores, add).toStream();
    const outer = scores.outerJoin(counts, add).toStream();
    expectTypeOf(lossless.filter).parameter(0).parameter(0).toEqualTypeOf<number>();
    expectTypeOf(lossy.filter).parameter(0).parameter(0).toEqualTypeOf<number | null>();
    expectTypeOf(left.filter).parameter(0).parameter(0).toEqualTypeOf<number>();
    expectTypeOf(outer.filter).parameter(0).parameter(0).toEqualTypeOf<number>();
  });
});
