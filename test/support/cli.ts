import { runCli } from '../../src/cli/cli.js';

/** What a command printed, and how it ended. */
export interface CliAnswer {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs a command line of `millrace` in this process, as in a pipe. */
export async function cli(...args: string[]): Promise<CliAnswer> {
  let [out, error] = ['', ''];
  const code = await runCli(args, {
    interactive: false,
    colour: false,
    out: (text) => void (out += text),
    error: (text) => void (error += text),
  });
  return { code, out, error };
}
