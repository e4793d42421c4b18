/** One scan after the other. All of them have captured their store already, when the list was made. */
export async function* chain<T>(scans: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  for (const scan of scans) yield* scan;
}
