import { Chart } from '../parts/chart.js';
import { Figure } from '../parts/figure.js';
import { EmptyNote, ErrorNote } from '../parts/note.js';
import { RestoreProgress } from '../parts/progress.js';
import { StateTag } from '../parts/state-tag.js';
import { counted, formatBytes, formatCount, formatRate, formatShare } from '../format/numbers.js';
import { formatTime } from '../format/time.js';
import type { ApplicationFigures } from '../live/application-figures.js';
import { lineNames } from '../live/line-names.js';
import { applications, connection, figures, history, momentMs, overview } from '../live/state.js';
import { formatRoute } from '../router/route.js';

/** All applications at a glance. */
export function Overview() {
  if (applications.value.length === 0) {
    if (connection.value.state !== 'live') return <EmptyNote title="Waiting for the first answer" />;
    return <EmptyNote title="No application runs here">Start one with `millrace run TOPOLOGY`.</EmptyNote>;
  }
  return (
    <>
      <Failures />
      <section class="cards" aria-label="Applications">
        {overview.value.map((each) => (
          <ApplicationCard key={each.application} {...each} />
        ))}
      </section>
      <Charts />
      <Processes />
    </>
  );
}

function Failures() {
  const failed = overview.value.filter(({ failures }) => failures.length > 0);
  return (
    <>
      {failed.map(({ application, failures }) => (
        <ErrorNote key={application} title={`${application} stopped`}>
          {failures.join(' ')}
        </ErrorNote>
      ))}
    </>
  );
}

function ApplicationCard(each: ApplicationFigures) {
  const { application, state, tasks, runningTasks, lag, errors, deadLetters } = each;
  return (
    <article class="card">
      <header>
        <h2>
          <a href={formatRoute('topology', [application])}>{application}</a>
        </h2>
        <StateTag state={state} />
      </header>
      <dl class="figures">
        <Figure name="Read" value={formatRate(each.readPerSecond)} />
        <Figure name="Written" value={formatRate(each.writtenPerSecond)} />
        <Figure name="Lag" value={formatCount(lag)} />
        <Figure name="Errors" value={formatCount(errors)} tone={errors ? 'bad' : undefined} />
        <Figure name="Dead letters" value={formatCount(deadLetters)} tone={deadLetters ? 'busy' : undefined} />
        <Figure name="Tasks" value={`${runningTasks} of ${tasks}`} tone={runningTasks < tasks ? 'busy' : undefined} />
      </dl>
      <footer>
        {each.restoreRemaining > 0 ? (
          <RestoreProgress what={application} restored={each.restored} remaining={each.restoreRemaining} />
        ) : (
          <span>{counted(each.instances, 'instance')}</span>
        )}
      </footer>
    </article>
  );
}

function Charts() {
  const { timesMs } = history;
  const lines = (nameOf: (application: string) => string) =>
    applications.value.map((name) => ({ name, values: history.line(nameOf(name)) }));
  return (
    <section class="charts" aria-label="Last 15 minutes" data-moment={momentMs.value}>
      <Chart title="Records read per second" timesMs={timesMs} lines={lines(lineNames.read)} format={formatRate} />
      <Chart title="Lag in records" timesMs={timesMs} lines={lines(lineNames.lag)} format={formatCount} />
    </section>
  );
}

/** Several applications of one process have the same CPU and memory: each instance once. */
function Processes() {
  const processes = new Map(figures.value?.instances.map((each) => [each.instanceId, each]));
  if (processes.size === 0) return null;
  return (
    <section>
      <h2>Processes</h2>
      <div class="table-frame" tabIndex={0} role="region" aria-label="Processes">
        <table>
          <thead>
            <tr>
              <th scope="col">Instance</th>
              <th scope="col" class="number">
                CPU
              </th>
              <th scope="col" class="number">
                Memory
              </th>
              <th scope="col">Started</th>
            </tr>
          </thead>
          <tbody>
            {[...processes.values()].map(({ instanceId, cpu, residentBytes, startTime }) => (
              <tr key={instanceId}>
                <td class="mono">{instanceId}</td>
                <td class="number">{formatShare(cpu)}</td>
                <td class="number">{formatBytes(residentBytes)}</td>
                <td>{formatTime(startTime)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
