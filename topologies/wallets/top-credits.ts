import Big from 'big.js';
import {
  keyValueStore,
  json,
  string,
  type KeyValueStore,
  type Processor,
  type ProcessorContext,
  type Record,
} from 'millrace';
import { DECIMALS, INTEGER_DIGITS, toMoney, type Money } from '../money.js';
import type { Transaction } from './transaction.js';

/** One credit in a ranking. */
export interface Credit {
  readonly amount: Money;
  readonly wallet_id: string;
  readonly transaction_id: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

/** The largest credits of a product, largest first. */
export interface TopCredits {
  readonly credits: readonly Credit[];
}

/** Every credit that was not cancelled, by product, amount, wallet and time: so that the next one can move up. */
export const creditsStore = keyValueStore({ name: 'credits', key: string(), value: json<Credit>() });
export const topCreditsStore = keyValueStore({ name: 'top-credits', key: string(), value: json<TopCredits>() });

const TOP = 5;

/** Ranks the credits of each product. A cancellation takes its credit out, and the next largest moves up. */
export class RankCredits implements Processor<string, Transaction, string, TopCredits> {
  #context!: ProcessorContext<string, TopCredits>; // `init` comes before the first record
  #credits!: KeyValueStore<string, Credit>;
  #top!: KeyValueStore<string, TopCredits>;

  init(context: ProcessorContext<string, TopCredits>): void {
    this.#context = context;
    this.#credits = context.getStateStore(creditsStore.name);
    this.#top = context.getStateStore(topCreditsStore.name);
  }

  process(record: Record<string, Transaction>): void | Promise<void> {
    if (record.value.type === 'cancelCredit') return this.#cancel(record);
    this.#add(record);
  }

  #add(record: Record<string, Transaction>): void {
    const { amount, wallet_id, transaction_id, timestamp } = record.value;
    const credit = { amount: toMoney(amount), wallet_id, transaction_id, timestamp };
    const row = rowKey(record.key, credit);
    this.#credits.put(row, credit);
    const before = this.#top.get(record.key)?.credits ?? [];
    const place = before.findIndex((other) => row > rowKey(record.key, other));
    const credits = before.toSpliced(place < 0 ? before.length : place, 0, credit).slice(0, TOP);
    if (credits.includes(credit)) this.#update(record, credits);
  }

  /** Without `cancels` the latest credit of that wallet, product and amount is the one. */
  async #cancel(record: Record<string, Transaction>): Promise<void> {
    const { cancels, amount, wallet_id } = record.value;
    const toCancel = { amount, wallet_id };
    for await (const [key, credit] of this.#credits.reverseRange(...rowsUnder(sameCredits(record.key, toCancel)))) {
      if (cancels !== undefined && credit.transaction_id !== cancels) continue;
      this.#credits.delete(key);
      const ranked = this.#top.get(record.key)?.credits ?? [];
      if (ranked.some(({ transaction_id }) => transaction_id === credit.transaction_id)) await this.#rankAgain(record);
      return;
    }
  }

  async #rankAgain(record: Record<string, Transaction>): Promise<void> {
    const credits: Credit[] = [];
    for await (const [, credit] of this.#credits.reverseRange(...rowsUnder(record.key))) {
      if (credits.push(credit) === TOP) break;
    }
    this.#update(record, credits);
  }

  #update(record: Record<string, Transaction>, credits: readonly Credit[]): void {
    this.#top.put(record.key, { credits });
    this.#context.forward(record.withValue({ credits }));
  }
}

/** Parts of a key end where ids cannot go on. */
const END = '\0';
const AFTER_END = '\u0001';
const TIME_DIGITS = 16;

interface SameCredits {
  readonly amount: Big | Money;
  readonly wallet_id: string;
}

function sameCredits(product_id: string, { amount, wallet_id }: SameCredits): string {
  return [product_id, sortable(new Big(amount)), wallet_id].join(END);
}

function rowKey(product_id: string, credit: Credit): string {
  const { timestamp, transaction_id } = credit;
  return [sameCredits(product_id, credit), String(timestamp).padStart(TIME_DIGITS, '0'), transaction_id].join(END);
}

function rowsUnder(prefix: string): [string, string] {
  return [prefix + END, prefix + AFTER_END];
}

/** Text that sorts as the amount does. */
function sortable(amount: Big): string {
  return amount.toFixed(DECIMALS).padStart(INTEGER_DIGITS + 1 + DECIMALS, '0');
}
