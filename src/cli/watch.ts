import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandLine } from './command-line.ts'
import { type CommandFailure, type CommandResult, done, fault, refused } from './command-result.ts'
import { failureOf } from './failure-words.ts'
import { askOperations } from './operations.ts'
import { stopSignal } from './stop-signal.ts'
import { type ShownIssues, watchWords, wrongWords } from './watch-words.ts'
import { wholeNumber } from './whole-number.ts'

interface WatchOptions {
  readonly follow?: true
  readonly every: number
  readonly json?: true
}

const USUAL_SECONDS = 30

/** `cpis watch`: what is wrong with how authorities and the service exchange (rules 16.1 to 16.9). */
export function addWatchCommand(line: CommandLine): void {
  const { program, perform } = line
  program
    .command('watch')
    .description('what is wrong with the exchange with authorities')
    .option('--follow', 'go on looking and say what has changed, until it is stopped')
    .option('--every <seconds>', 'how often to look with --follow', wholeNumber(1, 3600), USUAL_SECONDS)
    .addHelpText('after', '\nExit codes: 0 nothing is wrong, 1 something is, 2 it could not be looked at.')
    .action((options: WatchOptions) => perform(() => (options.follow ? follow(line, options) : look(line))))
}

/** Whatever keeps it from being looked at is exit code 2: nothing is known then, and 1 would say that something is. */
async function look({ terminal, config }: CommandLine): Promise<CommandResult> {
  try {
    const answer = await askOperations(config(), '/concerns')
    if (!answer.ok) return unknown(answer.fault)
    const shown = answer.value as ShownIssues
    const { concerns, current } = shown
    const looked = { data: shown, text: watchWords(terminal, shown) }
    if (!current)
      return {
        ...fault(
          'The exchange has not been looked at for too long: this may be old.',
          'Look at the log of the service for the task watch-exchange.',
        ),
        shown: looked,
      }
    if (concerns.length === 0) return done(looked.data, looked.text)
    return { ...refused(`${wrongWords(concerns.length)}.`), shown: looked }
  } catch (error) {
    return unknown(failureOf(error))
  }
}

function unknown(why: CommandFailure): CommandFailure {
  return { ...why, kind: 'fault' }
}

/** Says what it sees whenever that has changed, and ends as the last look did. */
async function follow(line: CommandLine, { every, json }: WatchOptions): Promise<CommandResult> {
  const { terminal } = line
  const { signal, forget } = stopSignal()
  try {
    for (let said: string | undefined; ; ) {
      const result = await look(line)
      const seen = gist(result)
      if (seen !== said) {
        if (json) terminal.out(JSON.stringify(documentOf(result)))
        else terminal.out(`${said === undefined ? '' : '\n'}${textOf(result)}`)
        said = seen
      }
      await sleep(every * 1000, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return over(result)
    }
  } finally {
    forget()
  }
}

/** What there is to see, without when it was looked at. */
function gist(result: CommandResult): string {
  const shown = result.kind === 'done' ? result.data : result.shown?.data
  return JSON.stringify([result.kind, (shown as ShownIssues | undefined)?.concerns])
}

function documentOf(result: CommandResult): unknown {
  return result.kind === 'done' ? result.data : (result.shown?.data ?? { error: result.message })
}

function textOf(result: CommandResult): string {
  if (result.kind === 'done') return result.text
  if (result.kind === 'refused') return result.shown?.text ?? result.message
  return [result.message, result.shown?.text].filter(Boolean).join('\n\n')
}

/** All has been said: what is left is the exit code. */
function over(result: CommandResult): CommandResult {
  if (result.kind === 'done') return done(undefined, '')
  const { kind, message } = result
  return { kind, message }
}
