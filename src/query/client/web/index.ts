/** `millrace/client/web`: asks the state of a running process over HTTP, from browsers and whatever else has `fetch`. */
export { createWebClient } from './web-client.js';
export type {
  KeyRange,
  Page,
  StoreOptions,
  StoreRow,
  WatchOptions,
  WebClient,
  WebClientOptions,
} from './web-client.js';
export type { WatchEvent } from './watch-events.js';
export { MillraceError } from '../../../util/errors.js';
