import { useEffect } from 'preact/hooks';

/** Keys to what they do. They are left alone while somebody types, and with Ctrl, Alt or Meta. */
export function useHotkeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const typing =
        event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null;
      const act = keys[event.key];
      if (!act || event.ctrlKey || event.altKey || event.metaKey || (typing && event.key !== 'Escape')) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
    };
  });
}
