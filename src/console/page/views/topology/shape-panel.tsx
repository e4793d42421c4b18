import type { ComponentChildren } from 'preact';
import type { NodeJson, StoreJson } from '../../api/topology-json.js';
import { brokerTopic, shapeFlow, type Flow } from '../../graph/flow.js';
import { topicsOf, type GraphShape } from '../../graph/graph-model.js';
import { KIND_NAMES } from '../../graph/shape-text.js';
import { formatCount, formatRate, UNKNOWN } from '../../format/numbers.js';
import { formatSpan } from '../../format/time.js';
import { partOf } from '../../live/figures.js';
import { lineNames } from '../../live/line-names.js';
import { figures, history, momentMs } from '../../live/state.js';
import { Chart } from '../../parts/chart.js';
import { Figure } from '../../parts/figure.js';
import { RestoreProgress } from '../../parts/progress.js';
import { formatRoute } from '../../router/route.js';

interface ShapePanelProps {
  readonly application: string;
  readonly shape: GraphShape;
  readonly onClose: () => void;
}

/** All that is known of one shape of the graph. */
export function ShapePanel({ application, shape, onClose }: ShapePanelProps) {
  const flow = shapeFlow(application, shape, figures.value);
  return (
    <aside class="panel" id="shape-panel" tabIndex={-1} aria-label={`${KIND_NAMES[shape.kind]} ${shape.name}`}>
      <header>
        <p class="panel-kind">{shape.internal ? 'repartition topic' : KIND_NAMES[shape.kind]}</p>
        <button type="button" class="quiet" onClick={onClose} aria-label="Close the panel">
          ✕
        </button>
      </header>
      <h2 class="mono">{shape.name}</h2>
      <dl class="figures">{figuresOf(shape, flow)}</dl>
      {shape.node && <NodeChart application={application} name={shape.name} />}
      {shape.kind === 'store' && (flow.restoreRemaining ?? 0) > 0 && (
        <RestoreProgress
          what={shape.name}
          restored={restored(application, shape)}
          remaining={flow.restoreRemaining ?? 0}
        />
      )}
      <dl class="facts">{factsOf(application, shape)}</dl>
    </aside>
  );
}

function figuresOf({ kind }: GraphShape, flow: Flow) {
  if (kind === 'store') return <Figure name="Entries, about" value={formatCount(flow.entries)} />;
  if (kind === 'topic') {
    return (
      <>
        <Figure name="Records" value={formatRate(flow.recordsPerSecond)} />
        <Figure name="Lag" value={formatCount(flow.lag)} />
      </>
    );
  }
  return (
    <>
      <Figure name="Records" value={formatRate(flow.recordsPerSecond)} />
      <Figure name="Age, median" value={ageOf(flow)} />
      <Figure name="Errors" value={formatCount(flow.errors)} tone={flow.errors > 0 ? 'bad' : undefined} />
      <Figure name="Dropped" value={formatCount(flow.dropped)} tone={flow.dropped > 0 ? 'busy' : undefined} />
    </>
  );
}

function NodeChart({ application, name }: { readonly application: string; readonly name: string }) {
  const line = history.line(lineNames.node(partOf(application, name)));
  const { timesMs } = history;
  return (
    <div data-moment={momentMs.value}>
      <Chart
        title="Records per second"
        timesMs={timesMs}
        lines={[{ name: 'now', values: line }]}
        format={formatRate}
        height={130}
      />
    </div>
  );
}

function factsOf(application: string, shape: GraphShape) {
  const { node, store, subTopology } = shape;
  return (
    <>
      {shape.kind === 'topic' && <Fact name="On the broker">{brokerTopic(application, shape)}</Fact>}
      {subTopology !== undefined && <Fact name="Sub-topology">{subTopology}</Fact>}
      {node && <NodeFacts application={application} node={node} />}
      {store && <StoreFacts application={application} store={store} />}
    </>
  );
}

function NodeFacts({ application, node }: { readonly application: string; readonly node: NodeJson }) {
  const topics = topicsOf(node);
  return (
    <>
      {topics.length > 0 && <Fact name={node.kind === 'source' ? 'Reads' : 'Writes'}>{topics.join(', ')}</Fact>}
      {node.keySerde !== undefined && <Fact name="Key">{node.keySerde}</Fact>}
      {node.valueSerde !== undefined && <Fact name="Value">{node.valueSerde}</Fact>}
      {node.sink && <Fact name="Destination">{`${node.sink.kind}, ${node.sink.guarantee.replaceAll('_', ' ')}`}</Fact>}
      {node.arrival !== undefined && <Fact name="Depends on the order of arrival">{node.arrival}</Fact>}
      {(node.stores ?? []).map((store) => (
        <Fact key={store} name="Store">
          <a href={formatRoute('stores', [application, store])}>{store}</a>
        </Fact>
      ))}
    </>
  );
}

function StoreFacts({ application, store }: { readonly application: string; readonly store: StoreJson }) {
  return (
    <>
      <Fact name="Kind">{store.kind}</Fact>
      <Fact name="Key">{store.keySerde}</Fact>
      <Fact name="Value">{store.valueSerde}</Fact>
      <Fact name="Kept in">{store.storage}</Fact>
      <Fact name="Changelog">{store.logging ? 'yes' : 'no: it cannot be restored'}</Fact>
      <Fact name="Cache">{store.caching ? 'yes' : 'no'}</Fact>
      {store.windowSizeMs !== undefined && <Fact name="Window">{formatSpan(store.windowSizeMs)}</Fact>}
      {store.retentionMs !== undefined && <Fact name="Retention">{formatSpan(store.retentionMs)}</Fact>}
      <Fact name="Contents">
        <a href={formatRoute('stores', [application, store.name])}>browse</a>
      </Fact>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function ageOf({ latencySeconds }: Flow): string {
  return latencySeconds === undefined ? UNKNOWN : formatSpan(latencySeconds * 1_000);
}

function restored(application: string, { name }: GraphShape): number {
  return figures.value?.stores.get(partOf(application, name))?.restored ?? 0;
}
