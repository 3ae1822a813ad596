import type { Command } from 'commander'
import { fileNumberWords, shownSequence } from '../domain/upload/upload.ts'
import { reportWords, type ShownReport } from './authority-words.ts'
import type { CommandLine } from './command-line.ts'
import { type CommandResult, done } from './command-result.ts'
import { askOperations } from './operations.ts'
import { counted, dayWords, instantWords, table } from './words.ts'

interface ShownMissing {
  readonly odsCode: string
  readonly newest?: { readonly sequence: number; readonly createdAt: string }
  readonly plans: readonly {
    readonly nhsNumber: string
    readonly type: string
    readonly start: string
    readonly localId?: string
    readonly lastCarriedBy: { readonly sequence: number; readonly createdAt: string }
  }[]
}

/** Where an authority stands, what it sent, and how it comes to stand elsewhere (rules 19.2 to 19.6). */
export function addStageCommands({ perform, config, terminal, now }: CommandLine, authority: Command): void {
  const ask = (
    ods: string,
    path: string,
    body: object | undefined,
    words: (answer: unknown) => string,
  ): Promise<void> =>
    perform(async (): Promise<CommandResult> => {
      const answer = await askOperations(config(), `/authorities/${encodeURIComponent(ods)}${path}`, body)
      return answer.ok ? done(answer.value, words(answer.value)) : answer.fault
    })
  const ofOne = (name: string, description: string) =>
    authority.command(name).description(description).argument('<ods>', 'its ODS code')

  ofOne('show', 'all that is known of an authority: stage, match rate, files, gaps').action((ods: string) =>
    ask(ods, '', undefined, report => reportWords(terminal, report as ShownReport, now())),
  )
  ofOne('go-live', 'let what an authority sends count from now on')
    .option('--force <reason>', 'although its newest test file is not good enough; goes on record')
    .action((ods: string, { force }: { force?: string }) =>
      ask(ods, '/go-live', { force }, () => `Authority ${ods} is live: its files count from now on.`),
    )
  ofOne('suspend', 'refuse the files of an authority; its plans stay visible')
    .requiredOption('--why <reason>', 'goes on record')
    .action((ods: string, { why }: { why: string }) =>
      ask(
        ods,
        '/suspend',
        { why },
        () => `Authority ${ods} is suspended: its files are refused, its plans stay visible.`,
      ),
    )
  ofOne('resume', 'take the files of a suspended authority again').action((ods: string) =>
    ask(ods, '/resume', {}, answer =>
      (answer as { live: boolean }).live
        ? `Authority ${ods} is live again.`
        : `Authority ${ods} is being taken on again: its files are tests.`,
    ),
  )
  ofOne('missing', 'plans that the newest file of an authority left out, if it sends all it holds').action(
    (ods: string) => ask(ods, '/missing', undefined, answer => missingWords(answer as ShownMissing)),
  )
}

function missingWords({ newest, plans }: ShownMissing): string {
  if (!newest) return 'No file has been applied yet.'
  const file = `${fileNumberWords(newest.sequence)}, created ${instantWords(new Date(newest.createdAt))}`
  if (plans.length === 0) return `The newest ${file}, left out no plan.`
  const rows = plans.map(({ nhsNumber, type, start, localId, lastCarriedBy }) => [
    nhsNumber,
    type,
    dayWords(`${start.slice(0, 4)}-${start.slice(4, 6)}-${start.slice(6, 8)}`),
    localId ?? '-',
    `${shownSequence(lastCarriedBy.sequence)}, ${instantWords(new Date(lastCarriedBy.createdAt))}`,
  ])
  return [
    `${counted(plans.length, 'plan')} not in the newest ${file}. None of them was ended or removed.`,
    table([['NHS number', 'plan', 'start', 'local id', 'last carried by file'], ...rows]),
  ].join('\n\n')
}
