import { formatCount, formatShare } from '../format/numbers.js';

interface RestoreProgressProps {
  readonly what: string;
  readonly restored: number;
  readonly remaining: number;
}

/** How far a restore is; a bar without a length while nothing is known of what was restored. */
export function RestoreProgress({ what, restored, remaining }: RestoreProgressProps) {
  const share = restored > 0 ? restored / (restored + remaining) : undefined;
  const text = share === undefined ? `${formatCount(remaining)} records left` : `${formatShare(share)}, ${formatCount(remaining)} left`; // prettier-ignore
  return (
    <div class="restore">
      <progress aria-label={`Restore of ${what}`} max={1} value={share} />
      <span>{text}</span>
    </div>
  );
}
