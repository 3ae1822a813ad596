import type { CommandLine } from './command-line.ts'
import { type CommandResult, done, fault } from './command-result.ts'
import { askOperations } from './operations.ts'
import {
  holdsWords,
  retentionWords,
  type ShownHold,
  type ShownRetention,
  whatWords,
} from './retention-words.ts'

interface HoldOptions {
  readonly person?: string
  readonly authority?: string
  readonly reason: string
}

/** `cpis retention`: how long personal data are kept, what is held, and legal holds (rules 23.10 and 23.11). */
export function addRetentionCommands(line: CommandLine): void {
  const { program, perform, config } = line
  const retention = program
    .command('retention')
    .description('how long personal data are kept, what is held and when it goes, and legal holds')
    .addHelpText(
      'after',
      '\nExit codes: 0 shown, 2 no pass over all kinds ended lately, so that nothing is known.',
    )
  retention
    .command('show', { isDefault: true })
    .description('each kind of personal data: its period, what is held, the oldest, what goes next')
    .action(() => perform(() => show(line)))
  const hold = retention.command('hold').description('what is kept whatever its period')
  hold
    .command('add')
    .description('keep everything of a person or of an authority')
    .option('--person <number>', 'an NHS number of the person')
    .option('--authority <ods>', 'the code of the authority')
    .requiredOption('--reason <why>', 'why, for the record')
    .action((options: HoldOptions) =>
      perform(async () => {
        const answer = await askOperations(config(), '/retention/holds', { ...options })
        if (!answer.ok) return answer.fault
        const placed = answer.value as ShownHold
        return done(placed, `Hold ${placed.id}: ${whatWords(placed.what)}.`)
      }),
    )
  hold
    .command('list')
    .description('every legal hold')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/retention/holds')
        if (!answer.ok) return answer.fault
        return done(answer.value, holdsWords(answer.value as ShownHold[]))
      }),
    )
  hold
    .command('release')
    .description('let periods count again')
    .argument('<hold>', 'its id, as cpis retention hold list shows it')
    .action((id: string) =>
      perform(async () => {
        const answer = await askOperations(config(), `/retention/holds/${encodeURIComponent(id)}/release`, {})
        if (!answer.ok) return answer.fault
        return done(answer.value, `Hold ${id} released: ${whatWords((answer.value as ShownHold).what)}.`)
      }),
    )
}

/** Counts that are old, or of no pass, are shown and are no answer: exit code 2. */
async function show({ config }: CommandLine): Promise<CommandResult> {
  const answer = await askOperations(config(), '/retention')
  if (!answer.ok) return answer.fault
  const shown = answer.value as ShownRetention
  if (shown.current) return done(shown, retentionWords(shown))
  return {
    ...fault(
      'No pass over every kind ended lately: these counts may be old.',
      'Look at the log of the service for the task keep-retention.',
    ),
    shown: { data: shown, text: retentionWords(shown) },
  }
}
