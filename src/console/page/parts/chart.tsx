import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Line } from '../live/history.js';
import { shown } from './theme.js';

export interface ChartLine {
  readonly name: string;
  readonly values: Line;
}

interface ChartProps {
  readonly title: string;
  readonly timesMs: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number | undefined) => string;
  readonly height?: number;
}

/** A shorter axis would draw noise. */
const LEAST_SECONDS = 60;

/** Lines over time, with their last values beside their names. */
export function Chart({ title, timesMs, lines, format, height = 180 }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const names = lines.map(({ name }) => name).join('\n');
  const theme = shown.value;

  useEffect(() => {
    if (!frame.current) return undefined;
    const made = new uPlot(optionsOf(frame.current, lines, format, height), dataOf(timesMs, lines), frame.current);
    plot.current = made;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) made.setSize({ width: entry.contentRect.width, height });
    });
    observer.observe(frame.current);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [names, theme, height]); // the data comes below
  useEffect(() => {
    plot.current?.setData(dataOf(timesMs, lines));
  });

  const last = lines.map(({ name, values }) => [name, format(values.at(-1) ?? undefined)] as const);
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div
        class="chart-frame"
        ref={frame}
        role="img"
        aria-label={`${title}: ${last.map((each) => each.join(' ')).join(', ')}`}
        style={{ height: `${height}px` }}
      />
      <ul class="chart-names">
        {last.map(([name, value], index) => (
          <li key={name}>
            <span class={`swatch line-${index % 6}`} />
            {name} <b>{value}</b>
          </li>
        ))}
      </ul>
    </figure>
  );
}

function dataOf(timesMs: readonly number[], lines: readonly ChartLine[]): uPlot.AlignedData {
  return [timesMs.map((time) => time / 1_000), ...lines.map(({ values }) => [...values])];
}

function optionsOf(
  frame: HTMLElement,
  lines: readonly ChartLine[],
  format: ChartProps['format'],
  height: number,
): uPlot.Options {
  const style = getComputedStyle(frame);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`);
  const axis = { stroke: colour('muted'), grid: { stroke: colour('grid'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' }; // prettier-ignore
  return {
    width: frame.clientWidth,
    height,
    legend: { show: false },
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: (_plot, least, most) => [Math.min(least, most - LEAST_SECONDS), most] },
      y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.15 : 1] },
    },
    axes: [
      { ...axis, values: (_plot, ticks) => ticks.map(timeOfDay), space: 80, size: 28 },
      { ...axis, values: (_plot, ticks) => ticks.map((tick) => format(tick)), size: 58 },
    ],
    series: [
      {},
      ...lines.map(({ name }, index) => ({
        label: name,
        stroke: colour(`line-${index % 6}`),
        width: 1.75,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  };
}

function timeOfDay(seconds: number): string {
  return new Date(seconds * 1_000).toLocaleTimeString('en-GB');
}
