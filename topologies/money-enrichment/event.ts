import { amountOf, exactObject, idOf, timeOf, type Fields } from '../exact-objects.js';
import { toMoney, type Money } from '../money.js';

/** One transaction, as topic `money-transactions` holds it. All times are epoch milliseconds. */
export interface Transaction {
  readonly transaction_id: string;
  readonly user_id: string;
  readonly session_id: string;
  readonly amount: Money;
  readonly currency: string;
  readonly timestamp: number;
}

/** One session of a user, as topic `sessions` holds it. */
export interface Session {
  readonly session_id: string;
  readonly user_id: string;
  readonly device: string;
  /** When it begins. */
  readonly timestamp: number;
  /** Its last millisecond. */
  readonly ends_at: number;
}

/** What is known of a user from a time on, as topic `users` holds it. */
export interface User {
  readonly user_id: string;
  readonly name: string;
  readonly country: string;
  /** When it became so. */
  readonly timestamp: number;
}

/** One of the three, so that they can stand in one order. */
export type Event = { readonly transaction: Transaction } | { readonly session: Session } | { readonly user: User };

/** What an event tells. */
export function factOf(event: Event): Transaction | Session | User {
  if ('transaction' in event) return event.transaction;
  return 'session' in event ? event.session : event.user;
}

/** Of one millisecond users come first and then sessions, so that they count for its transactions; those go by their ids. */
export function placeOf(event: Event): string {
  if ('transaction' in event) return `3 ${event.transaction.transaction_id}`;
  return 'session' in event ? '2' : '1';
}

/** Longest that a session may be. */
export const LONGEST_SESSION_MS = 86_400_000;

export const transactionSerde = exactObject('a transaction', (fields): Transaction => ({
  transaction_id: idOf(fields, 'transaction_id'),
  ...userAndTime(fields),
  session_id: idOf(fields, 'session_id'),
  amount: toMoney(amountOf(fields, 'amount')),
  currency: idOf(fields, 'currency'),
}));

export const sessionSerde = exactObject('a session', (fields): Session => {
  const times = userAndTime(fields);
  const ends_at = timeOf(fields, 'ends_at');
  if (ends_at < times.timestamp) throw new TypeError('ends_at is before timestamp');
  if (ends_at - times.timestamp > LONGEST_SESSION_MS) throw new TypeError('the session is longer than a day');
  return { session_id: idOf(fields, 'session_id'), ...times, device: idOf(fields, 'device'), ends_at };
});

export const userSerde = exactObject('a user', (fields): User => ({
  ...userAndTime(fields),
  name: idOf(fields, 'name'),
  country: idOf(fields, 'country'),
}));

function userAndTime(fields: Fields): Pick<User, 'user_id' | 'timestamp'> {
  return { user_id: idOf(fields, 'user_id'), timestamp: timeOf(fields, 'timestamp') };
}
