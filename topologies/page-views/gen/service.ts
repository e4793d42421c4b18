// Made by `millrace codegen page-views`. DO NOT EDIT.
import type { QueryService } from 'millrace';

/** The queries of topology "page-views" as a gRPC service. */
export const service: QueryService = {
  name: 'page_views.v1.PageViewService',
  proto: `// Made by \`millrace codegen page-views\`, which keeps the numbers of fields when it is run again.
// DO NOT EDIT.
syntax = "proto3";

package page_views.v1;

import "google/protobuf/timestamp.proto";

// Queries of topology "page-views".
service PageViewService {
  // How often a page was viewed in each minute that is kept.
  // In HTTP: GET /views_per_page/{page_id}.
  rpc GetViewsPerPage(GetViewsPerPageRequest) returns (GetViewsPerPageResponse);
}

// What GetViewsPerPage is asked with.
message GetViewsPerPageRequest {
  // Required.
  string page_id = 1 [json_name = "page_id"];
}

// What GetViewsPerPage answers.
message GetViewsPerPageResponse {
  string page_id = 1 [json_name = "page_id"];
  // Oldest first.
  repeated ViewsInMinute minutes = 2;
}

// The views of one minute.
message ViewsInMinute {
  // Its beginning.
  google.protobuf.Timestamp minute = 1;
  int64 views = 2;
}
`,
};
