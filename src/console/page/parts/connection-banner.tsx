import { connection, momentMs } from '../live/state.js';
import { formatTime } from '../format/time.js';

/** How the page stands with the instance, in the head of every view. */
export function ConnectionState() {
  const now = connection.value;
  const [tone, text] =
    now.state === 'live' ? ['good', 'live'] : now.state === 'lost' ? ['bad', 'reconnecting'] : ['busy', now.state];
  return (
    <span class={`connection ${tone}`} role="status" title={titleOf()}>
      {text}
    </span>
  );
}

/** Over the view while nothing answers: what is shown is old. */
export function ConnectionBanner() {
  const now = connection.value;
  if (now.state !== 'lost') return null;
  return (
    <div class="banner" role="status">
      <strong>Reconnecting.</strong> Nothing answers since {formatTime(now.sinceMs)}: what you see is what was known
      then. The page goes on by itself.
    </div>
  );
}

function titleOf(): string {
  const now = connection.value;
  if (now.state === 'lost' || now.state === 'unauthorised') return now.message;
  return momentMs.value === 0 ? 'asks for the first time' : `last answer ${formatTime(momentMs.value)}`;
}
