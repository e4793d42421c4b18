import type { Serde } from '../../serde/serde.js';
import { SESSION_SUFFIX, sessionEndOf, sessionStartOf } from '../../state/changelog/session-format.js';
import { WINDOW_SUFFIX, windowStartOf } from '../../state/changelog/window-format.js';
import type { StoreDefinition } from '../../state/store.js';
import type { StoreRow } from '../../state/store-rows.js';
import { windowEndIn } from '../../state/window/window-end.js';
import type { ChangelogRecords } from '../../state/task-state.js';

/** Reads rows out of records of the changelog of a store, which are in Kafka Streams' formats. The records have keys. */
export class RowReader {
  readonly #suffix: number;
  readonly #times: (logged: Buffer) => Pick<StoreRow, 'windowStartMs' | 'windowEndMs'>;
  readonly #timed: boolean;

  constructor(private readonly definition: StoreDefinition) {
    this.#suffix = suffixOf(definition);
    this.#times = timesOf(definition);
    this.#timed = definition.kind === 'versioned' || ('timestamped' in definition && definition.timestamped);
  }

  /** The key, without the times of a window or session; a view. */
  keyBytes(records: ChangelogRecords, index: number): Buffer {
    return records.buffer(index).subarray(records.keyStart(index), records.keyEnd(index) - this.#suffix);
  }

  /** The value; a view. Undefined: deleted. */
  valueBytes(records: ChangelogRecords, index: number): Buffer | undefined {
    const start = records.valueStart(index);
    return start < 0 ? undefined : records.buffer(index).subarray(start, records.valueEnd(index));
  }

  /** What tells this row from all others of its partition: of a versioned store each version is one. */
  identity(records: ChangelogRecords, index: number): string {
    const key = records.buffer(index).latin1Slice(records.keyStart(index), records.keyEnd(index));
    return this.definition.kind === 'versioned' ? `${records.timestamp(index)} ${key}` : key;
  }

  /** Its value is null where it is deleted. @throws SerdeError, SchemaPendingError */
  row(records: ChangelogRecords, index: number): StoreRow {
    const { keySerde, valueSerde } = this.definition as TypelessSerdes;
    const bytes = records.buffer(index);
    const [keyStart, keyEnd] = [records.keyStart(index), records.keyEnd(index)];
    const start = records.valueStart(index);
    return {
      key: keySerde.deserialize(bytes, keyStart, keyEnd - this.#suffix),
      value: start < 0 ? null : valueSerde.deserialize(bytes, start, records.valueEnd(index)),
      ...(this.#timed && { timestamp: records.timestamp(index) }),
      ...this.#times(bytes.subarray(keyStart, keyEnd)),
    };
  }
}

/** The definition stands in a list of stores of any type. */
interface TypelessSerdes {
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
}

function suffixOf({ kind }: StoreDefinition): number {
  if (kind === 'window') return WINDOW_SUFFIX;
  return kind === 'session' ? SESSION_SUFFIX : 0;
}

function timesOf(definition: StoreDefinition): (logged: Buffer) => Pick<StoreRow, 'windowStartMs' | 'windowEndMs'> {
  switch (definition.kind) {
    case 'window':
      return (logged) => {
        const windowStartMs = windowStartOf(logged);
        return { windowStartMs, windowEndMs: windowEndIn(definition, windowStartMs) };
      };
    case 'session':
      return (logged) => ({ windowStartMs: sessionStartOf(logged), windowEndMs: sessionEndOf(logged) });
    default:
      return () => ({});
  }
}
