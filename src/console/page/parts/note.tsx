import type { ComponentChildren } from 'preact';

interface NoteProps {
  readonly title: string;
  /** What the reader can do. */
  readonly children?: ComponentChildren;
}

/** Where there is nothing to show: why, and what to do. */
export function EmptyNote({ title, children }: NoteProps) {
  return (
    <div class="note">
      <p class="note-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

/** What went wrong, as the API says it. */
export function ErrorNote({ title, children }: NoteProps) {
  return (
    <div class="note error" role="alert">
      <p class="note-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}
