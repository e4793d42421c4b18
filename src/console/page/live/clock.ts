/** The browser's time: the one place of the page that asks for it. */
export const clock = {
  /** Milliseconds since the epoch. */
  nowMs: (): number => Date.now(),
  /** Resolves `delayMs` from now, or at once when the signal is aborted. */
  sleep: (delayMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
  /** Calls back once, `delayMs` from now, unless it is cancelled by what it returns. */
  after(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};
