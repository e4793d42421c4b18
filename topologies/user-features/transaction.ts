import type Big from 'big.js';
import { amountOf, exactObject, idOf, timeOf } from '../exact-objects.js';

/** One transaction, as topic `transactions` holds it; other fields are passed over. */
export interface Transaction {
  readonly transaction_id: string;
  readonly user_id: string;
  /** Exact. In JSON a decimal, as text or as a number. */
  readonly amount: Big;
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

export const transactionSerde = exactObject('a transaction', (fields): Transaction => ({
  transaction_id: idOf(fields, 'transaction_id'),
  user_id: idOf(fields, 'user_id'),
  amount: amountOf(fields, 'amount'),
  timestamp: timeOf(fields, 'timestamp'),
}));
