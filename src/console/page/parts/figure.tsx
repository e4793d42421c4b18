interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly tone?: 'bad' | 'busy' | undefined;
}

/** One number with its name. */
export function Figure({ name, value, tone }: FigureProps) {
  return (
    <div class={tone ? `figure ${tone}` : 'figure'}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
