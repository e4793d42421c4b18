/** Where two values of plain JSON differ first, and how; undefined if they are equal. The order of members does not count. */
export function firstDifference(expected: unknown, found: unknown, path = ''): string | undefined {
  if (isNode(expected) && isNode(found) && Array.isArray(expected) === Array.isArray(found)) {
    for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      const inner = firstDifference(expected[name], found[name], `${path}/${name}`);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  return Object.is(expected, found)
    ? undefined
    : `${path}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`;
}

function isNode(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
