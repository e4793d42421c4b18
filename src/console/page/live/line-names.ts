/** Names of the lines that the page's history keeps. */
export const lineNames = {
  read: (application: string): string => `read ${application}`,
  lag: (application: string): string => `lag ${application}`,
  /** @param part as partOf has it */
  node: (part: string): string => `node ${part}`,
};
