import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks';
import { graphModel } from '../../graph/graph-model.js';
import { TopologyGraph } from '../../graph/topology-graph.js';
import { figures, topologies } from '../../live/state.js';
import { ApplicationPicker, chosenApplication } from '../../parts/application-picker.js';
import { EmptyNote } from '../../parts/note.js';
import { useHotkeys } from '../../parts/use-hotkeys.js';
import { refine, route } from '../../router/navigation.js';
import { Legend } from './legend.js';
import { ShapePanel } from './shape-panel.js';

/** The graph of an application, live; the shape that is looked at stands in the address. */
export function TopologyView() {
  const application = chosenApplication();
  const topology = topologies.value.get(application ?? '');
  const model = useMemo(() => topology && graphModel(topology), [topology]);
  const selected = route.value.query['shape'] ?? '';
  const select = useCallback((id: string | undefined) => {
    refine({ shape: id ?? '' });
  }, []);
  const close = useCallback(() => {
    refine({ shape: '' });
  }, []);
  useHotkeys({ Escape: close });
  const arrived = useRef(true); // by an address with a shape in it: the focus stays where a page begins
  useEffect(() => {
    if (selected !== '' && !arrived.current) document.getElementById('shape-panel')?.focus({ preventScroll: true });
    arrived.current = false;
  }, [selected]);
  const shape = model?.shapes.find(({ id }) => id === selected);
  return (
    <div class="fills">
      <div class="toolbar">
        <ApplicationPicker />
        <Legend />
      </div>
      {!topology || application === undefined ? (
        <EmptyNote title={application === undefined ? 'No application runs here' : 'The graph is not here yet'} />
      ) : (
        <div class="with-panel">
          <TopologyGraph
            key={application}
            application={application}
            topology={topology}
            figures={figures.value}
            selected={selected}
            onSelect={select}
          />
          {shape && <ShapePanel application={application} shape={shape} onClose={close} />}
        </div>
      )}
    </div>
  );
}
