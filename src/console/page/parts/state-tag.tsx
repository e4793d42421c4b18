const GOOD = new Set(['running']);
const BUSY = new Set(['rebalancing', 'restoring', 'created', 'starting', 'standby', 'warming up']);

/** A state as a word and a colour. */
export function StateTag({ state }: { readonly state: string }) {
  const word = state.toLowerCase().replaceAll('_', ' ');
  const tone = GOOD.has(word) ? 'good' : BUSY.has(word) ? 'busy' : 'bad';
  return <span class={`tag ${tone}`}>{word}</span>;
}
