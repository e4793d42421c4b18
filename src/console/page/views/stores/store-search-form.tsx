import { useState } from 'preact/hooks';
import type { StoreMessage } from '../../api/messages.js';
import { isTextKey } from '../../parts/json-text.js';
import { TextField, TimeField } from '../../parts/text-field.js';
import { refine, route } from '../../router/navigation.js';

interface StoreSearchFormProps {
  readonly store: StoreMessage;
  readonly watching: boolean;
}

/** What is looked for: a key, a prefix where keys are in order, times where rows have them. */
export function StoreSearchForm({ store, watching }: StoreSearchFormProps) {
  const { query } = route.value;
  const [asked, setAsked] = useState<Readonly<Record<string, string>>>(query);
  const prefixed = store.kind === 'STORE_KIND_KEY_VALUE' && isTextKey(store.keySerde);
  const timed = store.kind !== 'STORE_KIND_KEY_VALUE' && !watching;
  const of = (name: string) => ({
    inline: true,
    value: asked[name] ?? '',
    onChange: (value: string) => {
      setAsked({ ...asked, [name]: value });
    },
  });
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        refine(asked);
      }}
    >
      <TextField {...of('key')} search label="Key" placeholder={keyPlaceholder(store)} />
      {prefixed && <TextField {...of('prefix')} label="or prefix" />}
      {timed && <TimeField {...of('from')} label="From" />}
      {timed && <TimeField {...of('to')} label="To" />}
      <button type="submit" class="primary">
        Search
      </button>
      <button
        type="button"
        onClick={() => {
          const none = { key: '', prefix: '', from: '', to: '' };
          setAsked(none);
          refine(none);
        }}
      >
        Clear
      </button>
    </form>
  );
}

function keyPlaceholder({ keySerde }: StoreMessage): string {
  return isTextKey(keySerde) ? 'exact key' : 'exact key, as JSON';
}
