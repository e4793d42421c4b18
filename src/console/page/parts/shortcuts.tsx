import { useEffect, useRef } from 'preact/hooks';

const SHORTCUTS: readonly (readonly [keys: string, what: string])[] = [
  ['1 … 7', 'go to a view, in the order of the navigation'],
  ['/', 'search or filter, where a view can'],
  ['Esc', 'close the panel'],
  ['t', 'theme: system, light, dark'],
  ['?', 'this list'],
  ['Tab, Enter', 'through the graph, open a node'],
  ['arrows, +, −, 0', 'move, zoom and fit the graph when it has the focus'],
];

interface ShortcutsProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** The keys, in a dialog that takes the focus and gives it back. */
export function Shortcuts({ open, onClose }: ShortcutsProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="shortcuts" aria-labelledby="shortcuts-title" onClose={onClose}>
      <h2 id="shortcuts-title">Keyboard</h2>
      <dl>
        {SHORTCUTS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </dialog>
  );
}
