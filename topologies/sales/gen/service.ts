// Made by `millrace codegen sales`. DO NOT EDIT.
import type { QueryService } from 'millrace';

/** The queries of topology "sales" as a gRPC service. */
export const service: QueryService = {
  name: 'sales.v1.SalesService',
  proto: `// Made by \`millrace codegen sales\`, which keeps the numbers of fields when it is run again.
// DO NOT EDIT.
syntax = "proto3";

package sales.v1;

import "google/protobuf/timestamp.proto";

// Queries of topology "sales".
service SalesService {
  // What a seller sold in each minute of the last day.
  // In HTTP: GET /sales_per_seller/{seller_id}.
  rpc GetSalesPerSeller(GetSalesPerSellerRequest) returns (GetSalesPerSellerResponse);
}

// What GetSalesPerSeller is asked with.
message GetSalesPerSellerRequest {
  // Required.
  string seller_id = 1 [json_name = "seller_id"];
}

// What GetSalesPerSeller answers.
message GetSalesPerSellerResponse {
  string seller_id = 1 [json_name = "seller_id"];
  // Oldest first.
  repeated SalesInMinute minutes = 2;
}

// The sales of one minute.
message SalesInMinute {
  // Its beginning.
  google.protobuf.Timestamp minute = 1;
  // Whole dollars.
  int64 total_amount_usd = 2 [json_name = "total_amount_usd"];
  int64 sales = 3;
}
`,
};
