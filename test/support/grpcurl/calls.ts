/** A call of grpcurl, and what has to come of it. */
export interface GrpcurlCall {
  readonly title: string;
  /** `Service/Method` of `millrace.query.v1`, or the full name of another service. */
  readonly method: string;
  readonly request: object;
  /** More arguments of grpcurl. */
  readonly args?: readonly string[];
  /** What the answer, or the error, has to contain. */
  readonly says: RegExp;
  /** The gRPC code as grpcurl names it; absent: OK. */
  readonly code?: string;
}

const STATE = 'StateQueryService';
const GRAPH = 'TopologyService';
const KEPT_OPEN = ['-max-time', '3'];

/** Every method on every kind of store, and every code that a caller can bring about, of a process that runs the five pipelines. */
export const CALLS: readonly GrpcurlCall[] = [
  {
    title: 'lists the stores of all applications',
    method: `${STATE}/ListStores`,
    request: {},
    says: /sales-per-seller/,
  },
  {
    title: 'lists the stores of one',
    method: `${STATE}/ListStores`,
    request: { application: 'wallets' },
    says: /"kind": "STORE_KIND_KEY_VALUE"/,
  },
  { title: 'gets a value', method: `${STATE}/Get`, request: { store: 'balances', key: 'wallet-1' }, says: /"balance"/ },
  {
    title: 'gets what is not committed yet',
    method: `${STATE}/Get`,
    request: { store: 'balances', key: 'wallet-1', options: { isolation: 'ISOLATION_READ_UNCOMMITTED' } },
    says: /"balance"/,
  },
  {
    title: 'gets bytes too',
    method: `${STATE}/Get`,
    request: { store: 'balances', key: 'wallet-1', options: { raw: true } },
    says: /"rawKey": "d2FsbGV0LTE="/,
  },
  {
    title: 'tells by a position what an answer includes',
    method: `${STATE}/Get`,
    request: { store: 'balances', key: 'wallet-1' },
    says: /"topic": "wallets-seen-transactions-repartition"/,
  },
  {
    title: 'gives no record for a key that is not there',
    method: `${STATE}/Get`,
    request: { store: 'balances', key: 'nobody' },
    says: /^(?![^]*"record")/,
  },
  {
    title: 'gets the version of a time',
    method: `${STATE}/Get`,
    request: { store: 'users', key: 'user-1', as_of: '2100-01-01T00:00:00Z' },
    says: /"record"/,
  },
  {
    title: 'gets what was not there yet at a time',
    method: `${STATE}/Get`,
    request: { store: 'users', key: 'user-1', as_of: '2001-01-01T00:00:00Z' },
    says: /^(?![^]*"record")/,
  },
  {
    title: 'gets many keys in their order',
    method: `${STATE}/MultiGet`,
    request: { store: 'balances', keys: ['wallet-2', 'nobody', 'wallet-1'] },
    says: /wallet-2[^]*wallet-1/,
  },
  {
    title: 'lists a page',
    method: `${STATE}/List`,
    request: { store: 'balances', page_size: 2 },
    says: /"nextPageToken": ".+"/,
  },
  {
    title: 'lists backwards',
    method: `${STATE}/List`,
    request: { store: 'balances', reverse: true, page_size: 3 },
    says: /"records"/,
  },
  {
    title: 'lists by prefix',
    method: `${STATE}/List`,
    request: { store: 'balances', prefix: 'wallet-1' },
    says: /wallet-1/,
  },
  {
    title: 'scans a range',
    method: `${STATE}/Range`,
    request: { store: 'user-stats', from: 'user-1', to: 'user-2' },
    says: /user-1/,
  },
  {
    title: 'scans no more than asked for',
    method: `${STATE}/Range`,
    request: { store: 'user-stats', limit: 1 },
    says: /^(?:(?!"key")[^])*"key"(?:(?!"key")[^])*$/,
  },
  {
    title: 'fetches the windows of a key',
    method: `${STATE}/FetchWindows`,
    request: { store: 'sales-per-seller', key: 'seller-1' },
    says: /"windowStart"/,
  },
  {
    title: 'fetches the windows of all keys in a time',
    method: `${STATE}/FetchWindows`,
    request: { store: 'views-per-page', time_from: '2020-01-01T00:00:00Z', limit: 5 },
    says: /"windowEnd"/,
  },
  {
    title: 'fetches windows, the latest first',
    method: `${STATE}/FetchWindows`,
    request: { store: 'sales-per-seller', key: 'seller-1', reverse: true, limit: 1 },
    says: /"windowStart"/,
  },
  {
    title: 'finds no window where there is none',
    method: `${STATE}/FetchWindow`,
    request: { store: 'sales-per-seller', key: 'seller-1', window_start: '2001-01-01T00:00:00Z' },
    says: /^(?![^]*"window")/,
  },
  {
    title: 'fetches sessions',
    method: `${STATE}/FetchSessions`,
    request: { store: 'sessions', key: 'user-1' },
    says: /\{/,
  },
  {
    title: 'lists versions',
    method: `${STATE}/ListVersions`,
    request: { store: 'users', key: 'user-1' },
    says: /"versions"/,
  },
  {
    title: 'watches changes',
    method: `${STATE}/Watch`,
    request: { store: 'balances', key: 'wallet-1', snapshot: true },
    args: KEPT_OPEN,
    says: /"snapshotEnd"/,
    code: 'DeadlineExceeded',
  },
  {
    title: 'describes a topology',
    method: `${GRAPH}/DescribeTopology`,
    request: { application: 'sales' },
    says: /Sub-topology: 0/,
  },
  { title: 'lists instances', method: `${GRAPH}/ListInstances`, request: {}, says: /"activeTasks"/ },
  { title: 'lists tasks', method: `${GRAPH}/ListTasks`, request: { application: 'sales' }, says: /"committedOffset"/ },
  {
    title: 'tells what nodes have done',
    method: `${GRAPH}/GetMetrics`,
    request: { application: 'sales' },
    says: /"residentBytes"/,
  },
  {
    title: 'follows a record',
    method: `${GRAPH}/TraceRecords`,
    request: { application: 'sales', key: 'seller-1', limit: 1 },
    args: ['-max-time', '20'],
    says: /"operation": "put"/,
  },
  {
    title: "answers a topology's own query",
    method: 'wallets.v1.WalletService/GetBalance',
    request: { wallet_id: 'wallet-1' },
    says: /"wallet_id": "wallet-1"/,
  },
  { title: 'is healthy', method: 'grpc.health.v1.Health/Check', request: {}, says: /SERVING/ },

  {
    title: 'knows no such store',
    method: `${STATE}/Get`,
    request: { store: 'no-such', key: 'a' },
    says: /STORE_NOT_FOUND/,
    code: 'NotFound',
  },
  {
    title: 'knows no such application',
    method: `${STATE}/ListStores`,
    request: { application: 'no-such' },
    says: /APPLICATION_NOT_FOUND/,
    code: 'NotFound',
  },
  {
    title: 'has no such wallet',
    method: 'wallets.v1.WalletService/GetBalance',
    request: { wallet_id: 'nobody' },
    says: /no balance of wallet_id/,
    code: 'NotFound',
  },
  {
    title: 'gets nothing from a store of windows',
    method: `${STATE}/Get`,
    request: { store: 'sales-per-seller', key: 'seller-1' },
    says: /UNKNOWN_QUERY_TYPE/,
    code: 'InvalidArgument',
  },
  {
    title: 'fetches no sessions from a store of values',
    method: `${STATE}/FetchSessions`,
    request: { store: 'balances', key: 'wallet-1' },
    says: /UNKNOWN_QUERY_TYPE/,
    code: 'InvalidArgument',
  },
  {
    title: 'takes no key of another type',
    method: `${STATE}/Get`,
    request: { store: 'balances', key: { a: 1 } },
    says: /BAD_KEY/,
    code: 'InvalidArgument',
  },
  {
    title: 'takes no token of another request',
    method: `${STATE}/List`,
    request: { store: 'balances', page_token: 'none' },
    says: /BAD_PAGE_TOKEN/,
    code: 'InvalidArgument',
  },
  {
    title: 'takes no page of negative size',
    method: `${STATE}/List`,
    request: { store: 'balances', page_size: -1 },
    says: /BAD_LIMIT/,
    code: 'InvalidArgument',
  },
  {
    title: 'wants to know which application is meant',
    method: `${STATE}/FetchWindows`,
    request: { store: 'seen-transactions', key: 'a' },
    says: /APPLICATION_REQUIRED/,
    code: 'InvalidArgument',
  },
  {
    title: 'takes no position in a topic that a store does not read',
    method: `${STATE}/Get`,
    request: {
      store: 'balances',
      key: 'wallet-1',
      options: { min_position: { offsets: [{ topic: 'elsewhere', offset: 1 }] } },
    },
    says: /QUERY_NOT_SUPPORTED/,
    code: 'Unimplemented',
  },
  {
    title: 'is not yet where the caller wants it',
    method: `${STATE}/Get`,
    request: {
      store: 'balances',
      key: 'wallet-1',
      options: { min_position: { offsets: [{ topic: 'wallets-seen-transactions-repartition', offset: 1e12 }] } },
    },
    args: ['-max-time', '5'],
    says: /NOT_UP_TO_BOUND[^]*retryDelay/,
    code: 'Unavailable',
  },
  {
    title: 'keeps to the deadline',
    method: `${STATE}/Watch`,
    request: { store: 'balances' },
    args: ['-max-time', '1'],
    says: /deadline/i,
    code: 'DeadlineExceeded',
  },
  {
    title: 'knows no such cursor',
    method: `${STATE}/Watch`,
    request: { store: 'balances', resume_from: { token: 'AAAA' } },
    args: KEPT_OPEN,
    says: /BAD_CURSOR|CURSOR/,
    code: 'InvalidArgument',
  },
];
