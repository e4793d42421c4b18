import type { SchemaDifference } from './avro-differences.js';

/** The lines that two texts do not have in common (longest common subsequence), in order. */
export function lineDifferences(from: readonly string[], to: readonly string[]): readonly SchemaDifference[] {
  const common = commonLengths(from, to);
  const found: SchemaDifference[] = [];
  for (let [i, j] = [0, 0]; i < from.length || j < to.length;) {
    const [before, after] = [from[i] ?? null, to[j] ?? null];
    if (before !== null && before === after) [i, j] = [i + 1, j + 1];
    else if (before !== null && (after === null || at(common, i + 1, j) >= at(common, i, j + 1))) {
      found.push({ path: '', change: 'line removed', from: before.trim(), to: null });
      i++;
    } else {
      found.push({ path: '', change: 'line added', from: null, to: (after ?? '').trim() });
      j++;
    }
  }
  return found;
}

/** How many lines the texts have in common from line `i` of one and `j` of the other on. */
function commonLengths(from: readonly string[], to: readonly string[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: from.length + 1 }, () => new Array<number>(to.length + 1).fill(0));
  for (let i = from.length - 1; i >= 0; i--) {
    const row = lengths[i] ?? [];
    for (let j = to.length - 1; j >= 0; j--) {
      const same = from[i] === to[j];
      row[j] = same ? at(lengths, i + 1, j + 1) + 1 : Math.max(at(lengths, i + 1, j), at(lengths, i, j + 1));
    }
  }
  return lengths;
}

function at(lengths: readonly (readonly number[])[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}
