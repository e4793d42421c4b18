import { nodeLabel } from '../../format/node-label.js';
import { formatInstant } from '../../format/time.js';
import { JsonTree } from '../../parts/json-tree.js';
import { jsonLine } from '../../parts/json-text.js';
import type { Trace, TraceStep } from './traces.js';

/** What happened to a record, step by step. */
export function Timeline({ trace }: { readonly trace: Trace }) {
  return (
    <ol class="timeline">
      {trace.steps.map((step, index) => (
        <Step key={index} step={step} before={trace.steps[index - 1]} />
      ))}
    </ol>
  );
}

/** Task and event time are said where they change. */
function Step({ step, before }: { readonly step: TraceStep; readonly before: TraceStep | undefined }) {
  const { title, number } = nodeLabel(step.node);
  return (
    <li class={`step ${step.kind}`}>
      {before?.taskId !== step.taskId && <p class="step-task">task {step.taskId}</p>}
      <p class="step-head">
        <b title={step.node}>{`${title} ${number}`}</b> <span>{step.what}</span>
        {step.timestamp !== undefined && step.timestamp !== before?.timestamp && (
          <time dateTime={step.timestamp}>{formatInstant(step.timestamp)}</time>
        )}
      </p>
      {(step.key !== undefined || step.value !== undefined) && (
        <details>
          <summary class="mono">
            {jsonLine(step.key, 30)} → {step.value === undefined ? 'nothing' : jsonLine(step.value, 70)}
          </summary>
          <JsonTree value={step.value} />
        </details>
      )}
    </li>
  );
}
