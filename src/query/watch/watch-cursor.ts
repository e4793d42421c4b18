import type { Cursor } from '../gen/millrace/query/v1/state_query_service.js';
import { fieldError } from '../query-errors.js';

/**
 * How far a watch has come in a partition: the next offset; or, as long as its snapshot is not sent whole, the offset at which
 * the client knows some of its rows, null for none.
 */
export type PartitionPosition = number | { readonly rowsAt: number | null };

/** How far a watch has come in a changelog, by partition. */
export interface WatchPositions {
  readonly topicId: string;
  readonly positions: readonly PartitionPosition[];
}

/** A token that any instance can go on from. */
export function encodeCursor({ topicId, positions }: WatchPositions): Cursor {
  return { token: Buffer.from(JSON.stringify([topicId, ...positions])) };
}

/** @throws MillraceError `BAD_CURSOR` for what {@link encodeCursor} has not given */
export function decodeCursor({ token }: Cursor): WatchPositions {
  const [topicId, ...positions] = parse(token);
  if (typeof topicId === 'string' && positions.length > 0 && positions.every(isPosition)) return { topicId, positions };
  throw fieldError('BAD_CURSOR', 'resume_from', 'resume_from is not a cursor that a watch has given');
}

function parse(token: Buffer): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(token.toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function isPosition(position: unknown): position is PartitionPosition {
  if (typeof position !== 'object' || position === null) return isOffset(position);
  return 'rowsAt' in position && (position.rowsAt === null || isOffset(position.rowsAt));
}

function isOffset(offset: unknown): boolean {
  return Number.isSafeInteger(offset) && Number(offset) >= 0;
}
