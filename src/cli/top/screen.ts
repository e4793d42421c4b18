import type { Terminal } from '../terminal.js';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

/** Keys and size of a terminal: standard input and output, as far as they are used here. */
export interface ScreenStreams {
  readonly input: Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>;
  /** Lines. */
  readonly height: () => number;
}

/** A screen of its own, on which text is drawn over what was there; the terminal has its text back when it is closed. */
export class Screen {
  readonly #pressed = (data: Buffer): void => {
    for (const key of data.toString()) this.onKey(key);
  };

  constructor(
    private readonly terminal: Terminal,
    private readonly streams: ScreenStreams,
    private readonly onKey: (key: string) => void,
  ) {
    const { input } = streams;
    terminal.out(ENTER);
    if (!input.isTTY) return;
    input.setRawMode(true);
    input.on('data', this.#pressed).resume();
  }

  draw(text: string): void {
    const lines = text.split('\n').slice(0, this.streams.height() - 1);
    this.terminal.out(`${HOME}${lines.map((line) => `${line}${REST_OF_LINE}\r\n`).join('')}${REST_OF_SCREEN}`);
  }

  close(): void {
    const { input } = this.streams;
    if (input.isTTY) {
      input.off('data', this.#pressed).pause();
      input.setRawMode(false);
    }
    this.terminal.out(LEAVE);
  }
}

/** The process's own. */
export const systemStreams: ScreenStreams = { input: process.stdin, height: () => process.stdout.rows };
