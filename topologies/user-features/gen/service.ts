// Made by `millrace codegen user-features`. DO NOT EDIT.
import type { QueryService } from 'millrace';

/** The queries of topology "user-features" as a gRPC service. */
export const service: QueryService = {
  name: 'user_features.v1.UserFeatureService',
  proto: `// Made by \`millrace codegen user-features\`, which keeps the numbers of fields when it is run again.
// DO NOT EDIT.
syntax = "proto3";

package user_features.v1;

import "google/protobuf/timestamp.proto";

// Queries of topology "user-features".
service UserFeatureService {
  // What a user's transactions come to.
  // In HTTP: GET /user_stats/{user_id}.
  rpc GetUserStats(GetUserStatsRequest) returns (GetUserStatsResponse);
  // How many transactions a user had in each minute that is kept.
  // In HTTP: GET /transactions_per_minute/{user_id}.
  rpc GetTransactionsPerMinute(GetTransactionsPerMinuteRequest) returns (GetTransactionsPerMinuteResponse);
}

// What GetUserStats is asked with.
message GetUserStatsRequest {
  // Required.
  string user_id = 1 [json_name = "user_id"];
}

// What GetUserStats answers.
message GetUserStatsResponse {
  string user_id = 1 [json_name = "user_id"];
  // Of transactions.
  int64 count = 2;
  // An exact decimal, such as 75.00.
  string sum = 3;
  // An exact decimal, such as 75.00.
  string min = 4;
  // An exact decimal, such as 75.00.
  string max = 5;
  // An exact decimal, rounded half up.
  string mean = 6;
  // Time of the latest transaction, epoch milliseconds.
  int64 last_seen = 7 [json_name = "last_seen"];
}

// What GetTransactionsPerMinute is asked with.
message GetTransactionsPerMinuteRequest {
  // Required.
  string user_id = 1 [json_name = "user_id"];
}

// What GetTransactionsPerMinute answers.
message GetTransactionsPerMinuteResponse {
  string user_id = 1 [json_name = "user_id"];
  // Oldest first.
  repeated TransactionsInMinute minutes = 2;
}

// The transactions of one minute.
message TransactionsInMinute {
  // Its beginning.
  google.protobuf.Timestamp minute = 1;
  int64 transactions = 2;
}
`,
};
