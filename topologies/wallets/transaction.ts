import type Big from 'big.js';
import { amountOf, exactObject, idOf, timeOf } from '../exact-objects.js';

/** One transaction, as topic `transactions_topic` holds it. */
export interface Transaction {
  readonly transaction_id: string;
  readonly wallet_id: string;
  readonly product_id: string;
  readonly type: TransactionType;
  /** Exact. In JSON a decimal, as text or as a number. */
  readonly amount: Big;
  readonly currency: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** Of a cancellation: the `transaction_id` of what it cancels. */
  readonly cancels?: string;
}

const TYPES = ['credit', 'debit', 'cancelCredit', 'cancelDebit'] as const;
export type TransactionType = (typeof TYPES)[number];

/** What is wrong with a transaction becomes the reason in `transactions-dlq`. */
export const transactionSerde = exactObject('a transaction', (fields): Transaction => ({
  transaction_id: idOf(fields, 'transaction_id'),
  wallet_id: idOf(fields, 'wallet_id'),
  product_id: idOf(fields, 'product_id'),
  type: typeOf(fields.type),
  amount: amountOf(fields, 'amount'),
  currency: idOf(fields, 'currency'),
  timestamp: timeOf(fields, 'timestamp'),
  ...(fields.cancels !== undefined && fields.cancels !== null && { cancels: idOf(fields, 'cancels') }),
}));

function typeOf(given: unknown): TransactionType {
  const type = TYPES.find((known) => known === given);
  if (type === undefined) throw new TypeError(`type is none of ${TYPES.join(', ')}`);
  return type;
}
