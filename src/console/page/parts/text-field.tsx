interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Beside its label rather than below it. */
  readonly inline?: boolean;
}

interface TextFieldProps extends FieldProps {
  readonly placeholder?: string;
  readonly required?: boolean;
  /** `/` goes there. */
  readonly search?: boolean;
  /** Id of a datalist. */
  readonly list?: string;
}

/** A line of text with its label. */
export function TextField({ label, value, onChange, inline, placeholder, required, search, list }: TextFieldProps) {
  return (
    <label class={inline ? 'field inline' : 'field'}>
      <span>{label}</span>
      <input
        type="text"
        placeholder={placeholder}
        required={required}
        list={list}
        data-search={search}
        value={value}
        onInput={(event) => {
          onChange(event.currentTarget.value);
        }}
      />
    </label>
  );
}

/** A local date and time, to the second. */
export function TimeField({ label, value, onChange, inline }: FieldProps) {
  return (
    <label class={inline ? 'field inline' : 'field'}>
      <span>{label}</span>
      <input
        type="datetime-local"
        step="1"
        value={value}
        onInput={(event) => {
          onChange(event.currentTarget.value);
        }}
      />
    </label>
  );
}
