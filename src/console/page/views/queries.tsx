import { useEffect, useState } from 'preact/hooks';
import { textOf } from '../api/api-error.js';
import { getJson } from '../api/client.js';
import type { Json, QueryMessage } from '../api/messages.js';
import { connection } from '../live/state.js';
import { EmptyNote, ErrorNote } from '../parts/note.js';
import { JsonTree } from '../parts/json-tree.js';
import { TextField } from '../parts/text-field.js';
import { namesIn, pathOf } from './query-path.js';

/** The topologies' own queries, each to be tried. */
export function QueriesView() {
  const [found, setFound] = useState<readonly QueryMessage[] | string>();
  const { state } = connection.value;
  useEffect(() => {
    if (state !== 'live') return;
    getJson<{ queries: QueryMessage[] }>('api/queries').then(
      ({ queries }) => {
        setFound(queries);
      },
      (error: unknown) => {
        setFound(textOf(error));
      },
    );
  }, [state]);
  if (found === undefined) return <p class="muted" role="status">Reading …</p>; // prettier-ignore
  if (typeof found === 'string') return <ErrorNote title="The queries could not be listed">{found}</ErrorNote>;
  if (found.length === 0) {
    return (
      <EmptyNote title="No topology here has queries of its own">
        Give `defineTopology` some, by `defineQuery`.
      </EmptyNote>
    );
  }
  return (
    <section class="cards wide" aria-label="Queries">
      {found.map((query) => (
        <QueryCard key={`${query.application} ${query.name}`} query={query} />
      ))}
    </section>
  );
}

type Answer = { readonly json: Json } | { readonly error: string };

function QueryCard({ query }: { readonly query: QueryMessage }) {
  const { application, name, path, options } = query;
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({});
  const [answer, setAnswer] = useState<Answer>();
  const ask = async (): Promise<void> => {
    const wanted = Object.fromEntries(options.map((option) => [option, given[option]]));
    try {
      setAnswer({ json: await getJson<Json>(pathOf(path, given), wanted) });
    } catch (error) {
      setAnswer({ error: textOf(error) });
    }
  };
  return (
    <article class="card query">
      <header>
        <h2>{name}</h2>
        <span class="muted">{application}</span>
      </header>
      <p class="mono path">GET {path}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        {[...namesIn(path), ...options].map((field) => (
          <TextField
            key={field}
            label={`${field}${options.includes(field) ? ' (optional)' : ''}`}
            required={!options.includes(field)}
            value={given[field] ?? ''}
            onChange={(value) => {
              setGiven({ ...given, [field]: value });
            }}
          />
        ))}
        <button type="submit" class="primary">
          Ask
        </button>
      </form>
      <div aria-live="polite">
        {answer &&
          ('json' in answer ? (
            <JsonTree value={answer.json} />
          ) : (
            <ErrorNote title="No answer">{answer.error}</ErrorNote>
          ))}
      </div>
    </article>
  );
}
