import type { Json } from '../api/messages.js';
import { jsonLine } from './json-text.js';

/** A JSON value to open and close, part by part. */
export function JsonTree({ value, name }: { readonly value: Json | undefined; readonly name?: string }) {
  const label = name === undefined ? null : <span class="json-name">{name}: </span>;
  if (value === undefined) return <span class="json-null">nothing</span>;
  if (value === null || typeof value !== 'object') {
    return (
      <div class="json-leaf">
        {label}
        <span class={`json-${value === null ? 'null' : typeof value}`}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return <div class="json-leaf">{label}{Array.isArray(value) ? '[]' : '{}'}</div>; // prettier-ignore
  const parts = entries.map(([key, part]) => <JsonTree key={key} name={key} value={part} />);
  if (name === undefined) return <div class="json-root">{parts}</div>;
  return (
    <details class="json-branch" open={entries.length <= 12}>
      <summary>
        {label}
        <span class="json-summary">{Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}</span>{' '}
        <span class="json-preview">{jsonLine(value, 40)}</span>
      </summary>
      {parts}
    </details>
  );
}
