import { useEffect, useMemo, useState } from 'preact/hooks';
import type { NodeJson, TopologyJson } from '../../api/topology-json.js';
import { TopologyGraph } from '../../graph/topology-graph.js';
import { counted } from '../../format/numbers.js';
import { clock } from '../../live/clock.js';
import { figures, topologies } from '../../live/state.js';
import { chosenApplication } from '../../parts/application-picker.js';
import { EmptyNote, ErrorNote } from '../../parts/note.js';
import { Timeline } from './timeline.js';
import { TraceForm } from './trace-form.js';
import { litShapes, type Trace } from './traces.js';
import { useTracing, type TracingState } from './use-tracing.js';

/** How long one step of a replay is shown before the next one. */
const STEP_MS = 140;
const noSelection = (): void => undefined;

/** Follows the records of a key: on the graph, and step by step. */
export function TracerView() {
  const application = chosenApplication();
  const topology = topologies.value.get(application ?? '');
  const sources = useMemo(() => (topology ? sourcesOf(topology) : []), [topology]);
  const { traces, tracing, start, stop } = useTracing();
  const [chosen, setChosen] = useState<string>();
  const shown = traces.all.find(({ id }) => id === chosen) ?? traces.all[0];
  const lit = useReplay(shown);
  if (application === undefined) return <EmptyNote title="No application runs here" />;
  return (
    <div class="fills">
      <TraceForm
        key={application}
        sources={sources}
        following={tracing.state === 'following'}
        onStart={start}
        onStop={stop}
      />
      <div class="with-panel tracer">
        {topology && (
          <TopologyGraph
            key={application}
            application={application}
            topology={topology}
            figures={figures.value}
            selected={undefined}
            lit={shown ? lit : undefined}
            onSelect={noSelection}
          />
        )}
        <aside class="panel" aria-label="Records that were followed">
          <Status tracing={tracing} count={traces.all.length} missed={traces.missed} />
          {traces.all.length > 1 && <TraceList traces={traces.all} shown={shown} onChoose={setChosen} />}
          {shown && <Timeline trace={shown} />}
        </aside>
      </div>
    </div>
  );
}

interface StatusProps {
  readonly tracing: TracingState;
  readonly count: number;
  readonly missed: number;
}

function Status({ tracing, count, missed }: StatusProps) {
  const seen = `${counted(count, 'record')} followed${missed > 0 ? `, ${counted(missed, 'step')} missed` : ''}`;
  switch (tracing.state) {
    case 'idle':
      return (
        <EmptyNote title="Follow a key">Records that sources read with it from now on light up their way.</EmptyNote>
      );
    case 'not served':
      return <EmptyNote title="Tracing is not available">This version of the server cannot follow records.</EmptyNote>;
    case 'failed':
      return <ErrorNote title="The key could not be followed">{tracing.message}</ErrorNote>;
    case 'following':
      return <p class="muted" role="status">{count === 0 ? 'Waiting for the next record with this key …' : `${seen}, waiting for more …`}</p>; // prettier-ignore
    case 'ended':
      return <p class="muted" role="status">{`${seen}.`}</p>;
  }
}

interface TraceListProps {
  readonly traces: readonly Trace[];
  readonly shown: Trace | undefined;
  readonly onChoose: (id: string) => void;
}

function TraceList({ traces, shown, onChoose }: TraceListProps) {
  return (
    <label class="field">
      <span>Record</span>
      <select
        value={shown?.id}
        onChange={(event) => {
          onChoose(event.currentTarget.value);
        }}
      >
        {traces.map(({ id, steps }) => (
          <option key={id} value={id}>
            {`${steps[0]?.what ?? id} (${counted(steps.length, 'step')})`}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Lights up what a trace reached, one after the other; at once for who wants no motion. */
function useReplay(trace: Trace | undefined): ReadonlyMap<string, number> {
  const steps = trace?.steps.length ?? 0;
  const [until, setUntil] = useState(0);
  useEffect(() => {
    setUntil(window.matchMedia('(prefers-reduced-motion: reduce)').matches ? Infinity : 1);
  }, [trace?.id]);
  useEffect(() => {
    if (until >= steps) return undefined;
    return clock.after(STEP_MS, () => {
      setUntil(until + 1);
    });
  }, [until, steps]);
  return useMemo(() => (trace ? litShapes(trace, until) : new Map<string, number>()), [trace, until]);
}

function sourcesOf({ subTopologies }: TopologyJson): readonly NodeJson[] {
  return subTopologies.flatMap(({ nodes }) => nodes.filter(({ kind }) => kind === 'source'));
}
