import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

/** Where a command speaks: results on standard output, everything else on standard error. */
export interface Terminal {
  /** One or more lines of the result. */
  out(text: string): void
  err(text: string): void
  /** Coloured where standard output is a terminal that shows colours and NO_COLOR is not set; otherwise the text as it is. */
  style(style: Style, text: string): string
  /** Whether somebody watches standard error, so that progress is worth drawing. */
  readonly watched: boolean
  /** Whether somebody reads standard output as it comes, so that a pause means something. */
  readonly interactive: boolean
}

/** All that words need of a terminal. */
export type Styler = Pick<Terminal, 'style'>

/** Words without colours. */
export const PLAIN_STYLER: Styler = { style: (_style, text) => text }

/** The terminal this process was started in. */
export function processTerminal(): Terminal {
  // A reader that has gone away, as `head` does when it has enough, is no failure of the command.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return {
    out: text => void process.stdout.write(`${text}\n`),
    err: text => void process.stderr.write(`${text}\n`),
    style: (style, text) => styleText(style, text, { stream: process.stdout }),
    watched: process.stderr.isTTY === true,
    interactive: process.stdout.isTTY === true,
  }
}
