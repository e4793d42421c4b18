/** What stands where nothing is known. */
export const UNKNOWN = '–';

const SUFFIXES = ['', 'k', 'M', 'G', 'T'];
const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A count, grouped: `12,345`; from a million on shortened: `1.23M`. */
export function formatCount(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return UNKNOWN;
  if (Math.abs(value) < 1_000_000) return Math.round(value).toLocaleString('en-US');
  return shortened(value, SUFFIXES);
}

/** A rate in three digits: `0.25/s`, `12.3/s`, `4.56k/s`. */
export function formatRate(perSecond: number | undefined): string {
  if (perSecond === undefined || !Number.isFinite(perSecond)) return UNKNOWN;
  return `${shortened(perSecond, SUFFIXES)}/s`;
}

/** Bytes in three digits, by powers of 1,000: `12.3 MB`. */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined || !Number.isFinite(bytes)) return UNKNOWN;
  return shortened(bytes, BYTES, ' ');
}

/** A share of one as a percentage. */
export function formatShare(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return UNKNOWN;
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

/** A count with its noun: `1 task`, `8 tasks`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function shortened(value: number, units: readonly string[], space = ''): string {
  const size = Math.abs(value);
  const power = size < 999.5 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size * 1.0005) / 3));
  const unit = units[power] ?? '';
  return `${threeDigits(value / 1_000 ** power)}${unit === '' ? '' : space}${unit}`;
}

function threeDigits(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, Math.min(2, 2 - Math.floor(Math.log10(Math.abs(value) * 1.0005))));
  return value.toFixed(digits).replace(/\.0+$|(\.\d*?)0+$/, '$1');
}
