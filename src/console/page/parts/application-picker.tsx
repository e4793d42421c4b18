import { applications } from '../live/state.js';
import { goTo, route } from '../router/navigation.js';

/** The application that a view is about: the address's, else the first one. */
export function chosenApplication(): string | undefined {
  const [named] = route.value.path;
  return named ?? applications.value[0];
}

/** Chooses the application of a view; nothing to choose with one. */
export function ApplicationPicker() {
  const chosen = chosenApplication();
  if (applications.value.length < 2) return <span class="picker-only">{chosen}</span>;
  return (
    <label class="field inline">
      <span>Application</span>
      <select
        value={chosen}
        onChange={(event) => {
          goTo(route.value.view, [event.currentTarget.value]);
        }}
      >
        {applications.value.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}
