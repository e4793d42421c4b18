/** What the command line may do to its output. */
export interface Terminal {
  /** Standard output is a terminal: bars and pretty logs. */
  readonly interactive: boolean;
  /** Colour is wanted: a terminal, and NO_COLOR is not set. */
  readonly colour: boolean;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** The process's own. @see https://no-color.org */
export function systemTerminal(): Terminal {
  const interactive = process.stdout.isTTY;
  const noColour = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '';
  return {
    interactive,
    colour: interactive && !noColour,
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
  };
}

/** Bold, where colour is wanted. */
export function bold(terminal: Terminal, text: string): string {
  return terminal.colour ? `\u001b[1m${text}\u001b[22m` : text;
}
