import { useState } from 'preact/hooks';
import type { NodeJson } from '../../api/topology-json.js';
import { ApplicationPicker, chosenApplication } from '../../parts/application-picker.js';
import { TextField } from '../../parts/text-field.js';
import { refine, route } from '../../router/navigation.js';
import type { Following } from './use-tracing.js';

interface TraceFormProps {
  readonly sources: readonly NodeJson[];
  readonly following: boolean;
  readonly onStart: (what: Following) => void;
  readonly onStop: () => void;
}

/** Records of sources that are followed before it ends by itself. */
const LIMIT = 50;

/** Which key is followed; it stands in the address. */
export function TraceForm({ sources, following, onStart, onStop }: TraceFormProps) {
  const [key, setKey] = useState(route.value.query['key'] ?? '');
  const [topic, setTopic] = useState(route.value.query['topic'] ?? '');
  return (
    <form
      class="toolbar"
      onSubmit={(event) => {
        event.preventDefault();
        const reader = sources.find(({ topics }) => topics?.includes(topic)) ?? sources[0];
        refine({ key, topic });
        onStart({ application: chosenApplication() ?? '', key, keySerde: reader?.keySerde, topic, limit: LIMIT });
      }}
    >
      <ApplicationPicker />
      <TextField inline search required label="Key" placeholder="such as wallet-17" value={key} onChange={setKey} />
      <label class="field inline">
        <span>Topic</span>
        <select
          value={topic}
          onChange={(event) => {
            setTopic(event.currentTarget.value);
          }}
        >
          <option value="">every source</option>
          {sources
            .flatMap(({ topics = [] }) => topics)
            .map((each) => (
              <option key={each}>{each}</option>
            ))}
        </select>
      </label>
      {following ? (
        <button type="button" onClick={onStop}>
          Stop
        </button>
      ) : (
        <button type="submit" class="primary">
          Follow
        </button>
      )}
    </form>
  );
}
