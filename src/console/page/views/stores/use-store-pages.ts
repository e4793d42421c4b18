import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { textOf } from '../../api/api-error.js';
import type { StoreMessage } from '../../api/messages.js';
import { readStore, type StoreSearch } from './read-store.js';
import type { StoreRow } from './store-row.js';

/** What was read of a store so far. */
export interface StorePages {
  readonly rows: readonly StoreRow[];
  readonly next: string | undefined;
  readonly reading: boolean;
  readonly error: string | undefined;
}

const NOTHING: StorePages = { rows: [], next: undefined, reading: true, error: undefined };

/** Reads a store from its first page, again whenever the search changes or `again` is called, and on with `more`. */
export function useStorePages(store: StoreMessage, search: StoreSearch) {
  const [pages, setPages] = useState(NOTHING);
  const reading = useRef(new AbortController());
  const read = useCallback(
    async (before: StorePages) => {
      reading.current.abort();
      const { signal } = (reading.current = new AbortController());
      setPages({ ...before, reading: true, error: undefined });
      try {
        const { rows, next } = await readStore(store, search, before.next, signal);
        const longer = store.kind === 'STORE_KIND_WINDOW' || store.kind === 'STORE_KIND_SESSION';
        setPages({ rows: longer ? rows : [...before.rows, ...rows], next, reading: false, error: undefined });
      } catch (error) {
        if (!signal.aborted) setPages({ ...before, reading: false, error: textOf(error) });
      }
    },
    [store, search],
  );
  useEffect(() => {
    void read(NOTHING);
    return () => {
      reading.current.abort();
    };
  }, [read]);
  return {
    pages,
    more: () => void read(pages),
    again: () => void read(NOTHING),
  };
}
