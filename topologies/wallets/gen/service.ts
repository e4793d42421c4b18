// Made by `millrace codegen wallets`. DO NOT EDIT.
import type { QueryService } from 'millrace';

/** The queries of topology "wallets" as a gRPC service. */
export const service: QueryService = {
  name: 'wallets.v1.WalletService',
  proto: `// Made by \`millrace codegen wallets\`, which keeps the numbers of fields when it is run again.
// DO NOT EDIT.
syntax = "proto3";

package wallets.v1;

// Queries of topology "wallets".
service WalletService {
  // What a wallet holds.
  // In HTTP: GET /balance/{wallet_id}.
  rpc GetBalance(GetBalanceRequest) returns (GetBalanceResponse);
  // The mean of a wallet's net debits per day, over the days on which they are not zero.
  // In HTTP: GET /average_daily_debit/{wallet_id}.
  rpc GetAverageDailyDebit(GetAverageDailyDebitRequest) returns (GetAverageDailyDebitResponse);
  // The five largest credits of a product that were not cancelled.
  // In HTTP: GET /top_credits/{product_id}.
  rpc GetTopCredits(GetTopCreditsRequest) returns (GetTopCreditsResponse);
}

// What GetBalance is asked with.
message GetBalanceRequest {
  // Required.
  string wallet_id = 1 [json_name = "wallet_id"];
}

// What GetBalance answers.
message GetBalanceResponse {
  string wallet_id = 1 [json_name = "wallet_id"];
  // An exact decimal, such as 75.00.
  string balance = 2;
}

// What GetAverageDailyDebit is asked with.
message GetAverageDailyDebitRequest {
  // Required.
  string wallet_id = 1 [json_name = "wallet_id"];
}

// What GetAverageDailyDebit answers.
message GetAverageDailyDebitResponse {
  string wallet_id = 1 [json_name = "wallet_id"];
  // An exact decimal, rounded half up.
  string average_daily_debit = 2 [json_name = "average_daily_debit"];
  // How many days there are.
  int32 days = 3;
}

// What GetTopCredits is asked with.
message GetTopCreditsRequest {
  // Required.
  string product_id = 1 [json_name = "product_id"];
}

// What GetTopCredits answers.
message GetTopCreditsResponse {
  string product_id = 1 [json_name = "product_id"];
  // Largest first.
  repeated Credit credits = 2;
}

// One credit.
message Credit {
  // An exact decimal, such as 75.00.
  string amount = 1;
  string wallet_id = 2 [json_name = "wallet_id"];
  string transaction_id = 3 [json_name = "transaction_id"];
  // Epoch milliseconds.
  int64 timestamp = 4;
}
`,
};
