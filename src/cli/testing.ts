import { readConfig } from '../main/config.ts'
import type { CliContext } from './command-line.ts'
import { runCommandLine } from './program.ts'
import { PLAIN_STYLER } from './terminal.ts'

/** Runs a command line in this process, as somebody in a terminal without colours would; answers what they see. */
export async function runCli(
  args: readonly string[],
  settings: Partial<CliContext> & { readonly variables?: Readonly<Record<string, string>> } = {},
): Promise<{ exitCode: number; out: string; err: string }> {
  const { variables = {}, ...context } = settings
  const out: string[] = []
  const err: string[] = []
  const exitCode = await runCommandLine(args, {
    terminal: {
      ...PLAIN_STYLER,
      out: text => void out.push(text),
      err: text => void err.push(text),
      watched: false,
      interactive: false,
    },
    config: () => readConfig(variables),
    now: () => new Date(),
    ...context,
  })
  return { exitCode, out: out.join('\n'), err: err.join('\n') }
}
