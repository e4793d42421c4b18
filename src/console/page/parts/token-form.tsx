import { useState } from 'preact/hooks';
import { keepToken, token } from '../api/token.js';
import { connection } from '../live/state.js';

/** Asked for when the API wants to know who it is. */
export function TokenForm() {
  const [typed, setTyped] = useState('');
  const now = connection.value;
  if (now.state !== 'unauthorised') return null;
  return (
    <form
      class="note token-form"
      onSubmit={(event) => {
        event.preventDefault();
        keepToken(typed.trim());
      }}
    >
      <p class="note-title">This instance wants a token</p>
      <p>{token.value === '' ? 'Give a bearer token that may read.' : `The token was not taken: ${now.message}`}</p>
      <label class="field">
        <span>Bearer token</span>
        <input
          type="password"
          autocomplete="off"
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
          }}
        />
      </label>
      <button type="submit" class="primary">
        Use it in this tab
      </button>
    </form>
  );
}
