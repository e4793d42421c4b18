// Made by `millrace codegen money-enrichment`. DO NOT EDIT.
import type { QueryService } from 'millrace';

/** The queries of topology "money-enrichment" as a gRPC service. */
export const service: QueryService = {
  name: 'money_enrichment.v1.MoneyEnrichmentService',
  proto: `// Made by \`millrace codegen money-enrichment\`, which keeps the numbers of fields when it is run again.
// DO NOT EDIT.
syntax = "proto3";

package money_enrichment.v1;

// Queries of topology "money-enrichment".
service MoneyEnrichmentService {
  // The latest transaction of a user, with its user and its session as they were at its time.
  // In HTTP: GET /last_enriched/{user_id}.
  rpc GetLastEnriched(GetLastEnrichedRequest) returns (GetLastEnrichedResponse);
  // The session of that id, as long as it is kept.
  // In HTTP: GET /session/{session_id}.
  rpc GetSession(GetSessionRequest) returns (GetSessionResponse);
}

// What GetLastEnriched is asked with.
message GetLastEnrichedRequest {
  // Required.
  string user_id = 1 [json_name = "user_id"];
}

// What GetLastEnriched answers.
message GetLastEnrichedResponse {
  string transaction_id = 1 [json_name = "transaction_id"];
  string user_id = 2 [json_name = "user_id"];
  string session_id = 3 [json_name = "session_id"];
  // An exact decimal, such as 75.00.
  string amount = 4;
  string currency = 5;
  // Epoch milliseconds.
  int64 timestamp = 6;
  // It is the first one of its user.
  bool first = 7;
  User user = 8;
  Session session = 9;
}

// What was known of a user.
message User {
  string user_id = 1 [json_name = "user_id"];
  string name = 2;
  string country = 3;
  // When it became so, epoch milliseconds.
  int64 timestamp = 4;
}

// A session of a user.
message Session {
  string session_id = 1 [json_name = "session_id"];
  string user_id = 2 [json_name = "user_id"];
  string device = 3;
  // When it begins, epoch milliseconds.
  int64 timestamp = 4;
  // Its last millisecond.
  int64 ends_at = 5 [json_name = "ends_at"];
}

// What GetSession is asked with.
message GetSessionRequest {
  // Required.
  string session_id = 1 [json_name = "session_id"];
}

// What GetSession answers.
message GetSessionResponse {
  string session_id = 1 [json_name = "session_id"];
  string user_id = 2 [json_name = "user_id"];
  string device = 3;
  // When it begins, epoch milliseconds.
  int64 timestamp = 4;
  // Its last millisecond.
  int64 ends_at = 5 [json_name = "ends_at"];
}
`,
};
