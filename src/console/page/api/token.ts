import { signal } from '@preact/signals';

const ITEM = 'millrace.token';

/** The bearer token that requests carry; empty: none. Kept while the tab is open. */
export const token = signal(sessionStorage.getItem(ITEM) ?? '');

export function keepToken(value: string): void {
  sessionStorage.setItem(ITEM, value);
  token.value = value;
}
