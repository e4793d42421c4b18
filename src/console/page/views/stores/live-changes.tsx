import { useEffect, useState } from 'preact/hooks';
import { ApiError, textOf } from '../../api/api-error.js';
import { getEvents } from '../../api/client.js';
import type { StoreMessage } from '../../api/messages.js';
import { counted } from '../../format/numbers.js';
import { clock } from '../../live/clock.js';
import { isTextKey } from '../../parts/json-text.js';
import { EmptyNote, ErrorNote } from '../../parts/note.js';
import { NO_CHANGES, withEvent, type Changes } from './changes.js';
import { RowTable } from './row-table.js';
import { rowId } from './store-row.js';

interface LiveChangesProps {
  readonly store: StoreMessage;
  readonly keyText: string;
  readonly prefix: string;
}

/** After a loss, how long until it is watched again. */
const AGAIN_MS = 2_000;
/** Changes are shown at most so often: a busy store has thousands a second. */
const SHOW_EVERY_MS = 200;

/** Changes of a store as they are committed. */
export function LiveChanges({ store, keyText, prefix }: LiveChangesProps) {
  const [changes, setChanges] = useState<Changes>(NO_CHANGES);
  const [problem, setProblem] = useState<{ readonly notServed: boolean; readonly text: string }>();
  useEffect(() => {
    const over = new AbortController();
    void watch(
      store,
      { key: keyText, prefix, json: isTextKey(store.keySerde) ? undefined : true },
      over.signal,
      setChanges,
      (error) => {
        setProblem(error === undefined ? undefined : { notServed: error instanceof ApiError && error.notServed, text: textOf(error) }); // prettier-ignore
      },
    );
    return () => {
      over.abort();
    };
  }, [store, keyText, prefix]);

  if (problem?.notServed) return <EmptyNote title="Watching is not available">This version of the server cannot watch stores.</EmptyNote>; // prettier-ignore
  const [newest] = changes.rows;
  return (
    <>
      {problem && <ErrorNote title="The watch was cut, and is begun again">{problem.text}</ErrorNote>}
      <p class="muted" role="status">
        {counted(changes.received, 'change')} seen
        {changes.missed > 0 && `, ${counted(changes.missed, 'change')} missed: they came too fast`}
      </p>
      {newest ? (
        <RowTable store={store} rows={changes.rows} fresh={new Set([rowId(newest)])} />
      ) : (
        <EmptyNote title="Nothing has changed yet">Changes appear here as they are committed.</EmptyNote>
      )}
    </>
  );
}

interface Watched {
  readonly key: string;
  readonly prefix: string;
  /** Whether the key is JSON rather than text. */
  readonly json: boolean | undefined;
}

async function watch(
  { application, name = '' }: StoreMessage,
  watched: Watched,
  signal: AbortSignal,
  show: (changes: Changes) => void,
  tell: (error: unknown) => void,
): Promise<void> {
  let changes = NO_CHANGES;
  let cursor: string | undefined; // of the last event: a watch that is cut goes on there
  let shown: (() => void) | undefined;
  const showSoon = (): void => {
    shown ??= clock.after(SHOW_EVERY_MS, () => {
      shown = undefined;
      if (!signal.aborted) show(changes);
    });
  };
  do {
    try {
      const path = `api/stores/${encodeURIComponent(name)}/watch`;
      for await (const event of getEvents(path, { application, ...watched, cursor }, signal)) {
        tell(undefined);
        cursor = event.id;
        changes = withEvent(changes, event);
        showSoon();
      }
    } catch (error) {
      if (signal.aborted) return;
      tell(error);
      if (error instanceof ApiError && error.notServed) return;
      if (error instanceof ApiError && !error.unreachable) cursor = undefined; // it may lie below the log's start by now
    }
    await clock.sleep(AGAIN_MS, signal);
  } while (!signal.aborted);
}
