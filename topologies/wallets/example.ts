const DATED = '2024-05-11';

/** The worked example: what each wallet did, all but one on one day. */
export const example = [
  transaction(1, 'b', 'product1', 'credit', '15.00'),
  transaction(2, 'b', 'product1', 'credit', '35.00'),
  transaction(3, 'b', 'product1', 'debit', '10.00'),
  transaction(4, 'b', 'product1', 'cancelDebit', '5.00'),
  transaction(5, 'b', 'product1', 'credit', '25.00', '2024-02-11'),
  transaction(6, 'b', 'product1', 'credit', '5.00'),
  transaction(7, 'b2', 'product2', 'credit', '35.00'),
  transaction(8, 'b2', 'product2', 'debit', '15.00'),
  transaction(9, 'b2', 'product2', 'debit', '5.00'),
];

function transaction(
  number: number,
  wallet_id: string,
  product_id: string,
  type: string,
  amount: string,
  timestamp = DATED,
) {
  return { transaction_id: `example-${number}`, wallet_id, product_id, type, amount, currency: 'USD', timestamp };
}
