import type { Command } from 'commander'
import { dayOf, type PlanTime } from '../domain/english-time.ts'
import type { PlanDoubt, PlanToCheck } from '../domain/plan/plan-to-check.ts'
import { fileNumberWords, shownSequence } from '../domain/upload/upload.ts'
import { reportWords, type ShownReport } from './authority-words.ts'
import type { CommandLine } from './command-line.ts'
import { type CommandResult, done } from './command-result.ts'
import { askOperations } from './operations.ts'
import { counted, dayWords, instantWords, table } from './words.ts'

/** Plans as the operations API answers them. */
interface ShownPlans {
  readonly odsCode: string
  readonly newest?: { readonly sequence: number; readonly createdAt: string }
  readonly plans: readonly (Omit<PlanToCheck, 'since' | 'lastCarriedBy'> & {
    readonly lastCarriedBy: { readonly sequence: number; readonly createdAt: string }
  })[]
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
    .option('--force <reason>', 'although its match rate is not good enough; goes on record')
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
  ofOne('plans-to-check', 'plans of an authority that may not stand any more')
    .alias('missing')
    .action((ods: string) =>
      ask(ods, '/plans-to-check', undefined, answer => plansWords(answer as ShownPlans)),
    )
}

const DOUBTS = {
  overlaps: 'overlapped by a newer plan',
  'left-out': 'not in the newest file',
} as const satisfies Record<PlanDoubt, string>

function plansWords({ newest, plans }: ShownPlans): string {
  if (!newest) return 'No file has been applied yet.'
  const file = `${fileNumberWords(newest.sequence)}, created ${instantWords(new Date(newest.createdAt))}`
  if (plans.length === 0) return `There is no plan to check. The newest is ${file}.`
  const day = (time: string) => dayWords(dayOf(time as PlanTime))
  const rows = plans.map(({ doubt, beside, nhsNumber, type, start, localId, lastCarriedBy }) => [
    nhsNumber,
    type,
    day(start),
    localId ?? '-',
    `${shownSequence(lastCarriedBy.sequence)}, ${instantWords(new Date(lastCarriedBy.createdAt))}`,
    beside === undefined ? DOUBTS[doubt] : `${DOUBTS[doubt]} from ${day(beside)}`,
  ])
  return [
    `${counted(plans.length, 'plan')} to check; the newest is ${file}. None of them was ended or removed.`,
    table([['NHS number', 'plan', 'start', 'local id', 'last carried by file', 'why'], ...rows]),
  ].join('\n\n')
}
