import type { Json } from '../api/messages.js';
import { formatTime } from '../format/time.js';
import { JsonTree } from '../parts/json-tree.js';
import { formatRoute } from '../router/route.js';

/** A dead letter as `/api/dead-letters/<topic>/<partition>/<offset>` has it; bytes are base64. */
export interface WholeDeadLetter {
  readonly partition: number;
  readonly offset: number;
  readonly time: string;
  readonly exception: string | null;
  readonly message: string | null;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [name: string, value: string | null])[];
}

/** A whole letter: what failed, and the record as it was. */
export function DeadLetterDetail({ topic, letter }: { readonly topic: string; readonly letter: WholeDeadLetter }) {
  const { partition, offset, time, exception, message, key, value, headers } = letter;
  return (
    <article class="card letter">
      <nav class="crumbs" aria-label="Where you are">
        <a href={formatRoute('dead-letters', [topic])}>{topic}</a> <span aria-hidden="true">/</span>{' '}
        <b>{`${partition}/${offset}`}</b> <span class="muted">{formatTime(time)}</span>
      </nav>
      {exception !== null && <p class="letter-error">{`${exception}: ${message ?? ''}`}</p>}
      <h2>Key</h2>
      <JsonTree value={jsonOf(key)} />
      <h2>Value</h2>
      <JsonTree value={jsonOf(value)} />
      <h2>Headers</h2>
      <dl class="facts">
        {headers.map(([name, bytes], index) => (
          <div key={index}>
            <dt class="mono">{name}</dt>
            <dd class="mono">{bytes === null ? 'null' : textOf(bytes)}</dd>
          </div>
        ))}
      </dl>
    </article>
  );
}

/** JSON where it is, else text. */
function jsonOf(base64: string | null): Json {
  if (base64 === null) return null;
  const text = textOf(base64);
  try {
    return JSON.parse(text) as Json; // whatever JSON there is
  } catch {
    return text;
  }
}

function textOf(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}
