import { defineTopology } from '../../../src/app/define-topology.js';
import { within } from '../../../src/processor/window/join-windows.js';
import { tumbling } from '../../../src/processor/window/windows.js';
import { json, string } from '../../../src/serde/index.js';
import { seededRandom } from '../../../src/util/random.js';

/** The topics that it writes. */
export const PAYMENT_OUTPUTS = ['enriched', 'confirmed', 'totals'];
/** How late a record may come: every operator below waits so long. */
export const GRACE_MS = 20 * 60_000;
/** Behind `reorder` payments come so much later than confirmations, which are themselves ahead by what arrival makes of it. */
const BEHIND_REORDER_MS = 2 * GRACE_MS;
const HOUR_MS = 3_600_000;

interface Payment {
  readonly id: string;
  readonly account: string;
  readonly cents: number;
  readonly currency: string;
  readonly at: number;
}
interface Account {
  readonly account: string;
  readonly country: string;
  readonly at: number;
}
interface Confirmation {
  readonly account: string;
  readonly id: string;
  readonly at: number;
}

const at = (fact: { readonly at: number }): number => fact.at;
const sum = (total: number, { cents }: Payment): number => total + cents;

/** As the pipeline that enriches money: duplicates dropped, order restored, joined with versions and streams, summed by windows. */
export const payments = defineTopology({
  name: 'payments',
  build(builder) {
    const paid = builder
      .stream('payments', { key: string(), value: json<Payment>(), timestamp: at })
      .distinct({ by: ({ id }) => id, within: HOUR_MS, value: json<Payment>(), store: 'seen' })
      .reorder({ within: GRACE_MS, thenBy: ({ id }) => id, store: 'held' });
    const accounts = builder.table('accounts', {
      key: string(),
      value: json<Account>(),
      timestamp: at,
      store: 'accounts',
      historyRetention: 3 * GRACE_MS,
    });
    const confirmations = builder.stream('confirmations', {
      key: string(),
      value: json<Confirmation>(),
      timestamp: at,
    });

    paid
      .first({ flag: (payment, first) => ({ ...payment, first }), store: 'known' })
      .leftJoin(accounts, (payment, account) => ({ ...payment, country: account?.country ?? null }), {
        grace: GRACE_MS,
        value: json<Payment & { readonly first: boolean }>(),
      })
      .to('enriched', { value: json() });
    paid
      .join(
        confirmations,
        ({ id, cents }, confirmation) => ({ id, cents, confirms: confirmation.id }),
        within('10s', { grace: BEHIND_REORDER_MS }),
      )
      .to('confirmed', { value: json() });
    paid
      .groupBy(({ currency }) => currency, { key: string(), value: json<Payment>() })
      .windowedBy(tumbling('1m', { grace: GRACE_MS }))
      .emitStrategy('onWindowClose')
      .aggregate(() => 0, sum, { store: 'per-currency', value: json<number>() })
      .toStream()
      .to('totals', { value: json<number>() });
  },
});

/** For threads that import it. */
export default payments;

/** A record of an input topic; `at` of the value is its time. */
export interface Fact {
  readonly topic: 'payments' | 'accounts' | 'confirmations';
  readonly key: string;
  readonly value: Payment | Account | Confirmation;
}

/** Three hours of facts in the order of their times; some come twice. */
export function facts(count: number, seed: number): Fact[] {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const made: Fact[] = [];
  while (made.length < count) {
    const time = Math.floor(1_700_000_000_000 + (made.length * 3 * HOUR_MS) / count);
    const fact = factAt(time, made.length, below);
    made.push(fact);
    if (fact.topic === 'payments' && below(10) === 0) made.push(fact);
  }
  return made.slice(0, count);
}

function factAt(time: number, index: number, below: (limit: number) => number): Fact {
  const account = `account-${below(500)}`;
  const id = String(index);
  const kind = below(10);
  if (kind === 0) return { topic: 'accounts', key: account, value: { account, country: `c${below(20)}`, at: time } };
  if (kind === 1) return { topic: 'confirmations', key: account, value: { account, id, at: time } };
  const currency = ['USD', 'EUR', 'JPY'][below(3)] ?? '';
  return { topic: 'payments', key: account, value: { id, account, cents: 1 + below(10_000), currency, at: time } };
}

/** Facts in the order in which they may arrive: each at most so much later than its time. */
export function arriving(given: readonly Fact[], delayMs: number, seed: number): Fact[] {
  const random = seededRandom(seed);
  return given
    .map((fact) => ({ fact, arrivesAt: fact.value.at + random.next() * delayMs }))
    .sort((left, right) => left.arrivesAt - right.arrivesAt)
    .map(({ fact }) => fact);
}

/** Facts in any order. */
export function shuffled(given: readonly Fact[], seed: number): Fact[] {
  return arriving(given, Number.MAX_SAFE_INTEGER, seed);
}
