import { useEffect, useMemo, useState } from 'preact/hooks';
import { ApiError, textOf } from '../api/api-error.js';
import { getJson, getJsonLines } from '../api/client.js';
import { counted, UNKNOWN } from '../format/numbers.js';
import { formatTime } from '../format/time.js';
import { topologies } from '../live/state.js';
import { EmptyNote, ErrorNote } from '../parts/note.js';
import { TextField } from '../parts/text-field.js';
import { goTo, route } from '../router/navigation.js';
import { DeadLetterDetail, type WholeDeadLetter } from './dead-letter-detail.js';

interface DeadLetterLine {
  readonly partition: number;
  readonly offset: number;
  readonly time: string;
  readonly source_topic: string | null;
  readonly source_partition: number | null;
  readonly source_offset: number | null;
  readonly exception: string | null;
  readonly message: string | null;
  readonly attempts: number;
  readonly redriven: boolean;
}

/** Letters that are listed: the first ones of the topic. */
const MOST_LETTERS = 500;

type Found = { readonly letters: readonly DeadLetterLine[] } | { readonly error: string; readonly absent: boolean };

/** What a topic of dead letters holds, and why. */
export function DeadLettersView() {
  const [topic = '', partition, offset] = route.value.path;
  const [typed, setTyped] = useState(topic);
  const suggestions = useMemo(() => suggestedTopics(), [topologies.value]);
  return (
    <>
      <form
        class="toolbar"
        onSubmit={(event) => {
          event.preventDefault();
          goTo('dead-letters', [typed]);
        }}
      >
        <TextField
          inline
          search
          required
          label="Topic"
          list="dead-letter-topics"
          placeholder="topic of dead letters"
          value={typed}
          onChange={setTyped}
        />
        <datalist id="dead-letter-topics">
          {suggestions.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <button type="submit" class="primary">
          Show
        </button>
      </form>
      {topic === '' && (
        <EmptyNote title="Choose a topic">
          A topology names its dead-letter topic in `errorPolicies`; its sinks are suggested. `millrace dlq` sends
          letters back.
        </EmptyNote>
      )}
      {topic !== '' && offset === undefined && <Letters key={topic} topic={topic} />}
      {partition !== undefined && offset !== undefined && (
        <Letter topic={topic} partition={partition} offset={offset} />
      )}
    </>
  );
}

function Letters({ topic }: { readonly topic: string }) {
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    const over = new AbortController();
    void lettersOf(topic, over.signal).then((next) => {
      if (!over.signal.aborted) setFound(next);
    });
    return () => {
      over.abort();
    };
  }, [topic]);
  if (!found) return <p class="muted" role="status">Reading …</p>; // prettier-ignore
  if ('error' in found) return <ErrorNote title={`"${topic}" could not be read`}>{found.error}</ErrorNote>;
  if (found.letters.length === 0) return <EmptyNote title={`"${topic}" is empty`}>No record has failed.</EmptyNote>;
  return <LetterTable topic={topic} letters={found.letters} />;
}

function LetterTable({ topic, letters }: { readonly topic: string; readonly letters: readonly DeadLetterLine[] }) {
  return (
    <>
      <p class="muted">{`${counted(letters.length, 'letter')}${letters.length === MOST_LETTERS ? ', the first ones' : ''}`}</p>
      <div class="table-frame" tabIndex={0} role="region" aria-label="Dead letters">
        <table>
          <thead>
            <tr>
              <th scope="col">Letter</th>
              <th scope="col">Time</th>
              <th scope="col">From</th>
              <th scope="col">Error</th>
              <th scope="col" class="number">
                Attempts
              </th>
              <th scope="col">Sent back</th>
            </tr>
          </thead>
          <tbody>
            {letters.map((letter) => (
              <tr key={`${letter.partition} ${letter.offset}`}>
                <td class="mono">
                  <a href={`#/dead-letters/${encodeURIComponent(topic)}/${letter.partition}/${letter.offset}`}>
                    {`${letter.partition}/${letter.offset}`}
                  </a>
                </td>
                <td class="time">{formatTime(letter.time)}</td>
                <td class="mono">
                  {letter.source_topic === null
                    ? UNKNOWN
                    : `${letter.source_topic}-${letter.source_partition ?? ''} @ ${letter.source_offset ?? ''}`}
                </td>
                <td>{letter.exception === null ? UNKNOWN : `${letter.exception}: ${letter.message ?? ''}`}</td>
                <td class="number">{letter.attempts}</td>
                <td>{letter.redriven ? 'yes' : 'no'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface LetterProps {
  readonly topic: string;
  readonly partition: string;
  readonly offset: string;
}

function Letter({ topic, partition, offset }: LetterProps) {
  const [found, setFound] = useState<WholeDeadLetter | string>();
  useEffect(() => {
    const path = `api/dead-letters/${[topic, partition, offset].map(encodeURIComponent).join('/')}`;
    getJson<WholeDeadLetter>(path).then(setFound, (error: unknown) => {
      setFound(textOf(error));
    });
  }, [topic, partition, offset]);
  if (found === undefined) return <p class="muted" role="status">Reading …</p>; // prettier-ignore
  if (typeof found === 'string') return <ErrorNote title="The letter could not be read">{found}</ErrorNote>;
  return <DeadLetterDetail topic={topic} letter={found} />;
}

async function lettersOf(topic: string, signal: AbortSignal): Promise<Found> {
  const letters: DeadLetterLine[] = [];
  try {
    for await (const letter of getJsonLines<DeadLetterLine>(
      `api/dead-letters/${encodeURIComponent(topic)}`,
      {},
      signal,
    )) {
      if (letters.push(letter) === MOST_LETTERS) break;
    }
    return { letters };
  } catch (error) {
    return { error: textOf(error), absent: error instanceof ApiError && error.status === 404 };
  }
}

/** Topics that sinks write, those first that are named like dead letters. */
function suggestedTopics(): readonly string[] {
  const sinks = [...topologies.value.values()].flatMap(({ subTopologies }) =>
    subTopologies.flatMap(({ nodes }) => nodes.flatMap(({ kind, topics = [] }) => (kind === 'sink' ? topics : []))),
  );
  const written = [...new Set(sinks)].filter((topic) => !topic.endsWith('-repartition'));
  const dead = (topic: string): number => (/dlq|dead/i.test(topic) ? 0 : 1);
  return written.toSorted((left, right) => dead(left) - dead(right));
}
