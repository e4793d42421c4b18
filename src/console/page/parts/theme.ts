import { effect, signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const ITEM = 'millrace.theme';
const system = window.matchMedia('(prefers-color-scheme: dark)');

/** What the reader chose; kept in this browser. */
export const theme = signal<Theme>(THEMES.find((each) => each === localStorage.getItem(ITEM)) ?? 'system');

/** What is shown. */
export const shown = signal<'light' | 'dark'>('light');

function show(): void {
  shown.value = theme.value === 'system' ? (system.matches ? 'dark' : 'light') : theme.value;
  document.documentElement.dataset['theme'] = shown.value;
}

effect(() => {
  localStorage.setItem(ITEM, theme.value);
  show();
});
system.addEventListener('change', show);

/** The next one, in turn. */
export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.peek()) + 1) % THEMES.length] ?? 'system';
}
