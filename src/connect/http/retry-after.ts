/** A server that asks for more is asked again before. */
const LONGEST_MS = 3_600_000;

/** Milliseconds to wait by a header `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. 0 when it says nothing. */
export function retryAfterMs(header: string | null, nowMs: number): number {
  const text = header?.trim() ?? '';
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? 0 : Math.min(Math.max(0, waitMs), LONGEST_MS);
}
