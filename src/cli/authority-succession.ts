import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { CommandLine } from './command-line.ts'
import { type CommandResult, done, refused } from './command-result.ts'
import { askOperations } from './operations.ts'
import { counted, dayWords, instantWords, table } from './words.ts'

interface ShownCounts {
  readonly bySuccessor: readonly {
    readonly odsCode: string
    readonly plans: number
    readonly people: number
  }[]
  readonly unlisted: {
    readonly count: number
    readonly plans: readonly {
      readonly nhsNumber: string
      readonly type: string
      readonly startDay: string
      readonly localId?: string
    }[]
  }
  readonly unmatchedRows: readonly number[]
  readonly differingRows: readonly number[]
  readonly notReady: readonly { readonly odsCode: string; readonly why: string }[]
}

interface ShownUndo {
  readonly goBack: number
  readonly stay: readonly { readonly odsCode: string; readonly plans: number }[]
}

interface ShownSuccession {
  readonly from: string
  readonly on: string
  readonly successors: readonly string[]
  readonly defaultSuccessor: string
  readonly listed: boolean
  readonly state: string
  readonly waits?: { readonly for: string; readonly since: string }
  readonly doneAt?: string
  readonly undoneAt?: string
  readonly tried?: ShownCounts
  readonly undo?: ShownUndo
}

interface SucceedOptions {
  readonly to: readonly string[]
  readonly default?: string
  readonly on: string
  readonly file?: string
  readonly try?: boolean
}

/** The plans of one authority pass to others on a day (rules 19.13 to 19.18). */
export function addSuccessionCommands({ perform, config }: CommandLine, authority: Command): void {
  authority
    .command('succeed')
    .description('let the plans of an authority pass to its successors on a day')
    .argument('<ods>', 'its ODS code')
    .requiredOption(
      '--to <ods>',
      'a successor; once for each',
      (ods: string, all: readonly string[]) => [...all, ods],
      [],
    )
    .option(
      '--default <ods>',
      'the successor that takes over what no row of the file names; needed with several',
    )
    .requiredOption('--on <day>', 'the first day on which the successors hold the plans, like 2027-04-01')
    .option(
      '--file <csv>',
      'whose each plan is: NHS number, plan type, start, old local id, successor, new local id',
    )
    .option('--try', 'only say what would happen')
    .action((ods: string, options: SucceedOptions) =>
      perform(async (): Promise<CommandResult> => {
        if (options.to.length === 0)
          return refused('Name at least one successor.', 'Add --to and its ODS code.')
        const body = {
          successors: options.to,
          on: options.on,
          ...(options.default !== undefined && { defaultSuccessor: options.default }),
          ...(options.file !== undefined && { file: await readFile(options.file, 'utf8') }),
          try: options.try ?? false,
        }
        const path = `/authorities/${encodeURIComponent(ods)}/succession`
        const answer = await askOperations(config(), path, body)
        if (!answer.ok) return answer.fault
        if (options.try)
          return done(answer.value, countsWords(answer.value as ShownCounts, 'Nothing was changed.'))
        const { tried } = answer.value as { readonly tried: ShownCounts }
        const planned = `The plans of ${ods} pass on at midnight before ${dayWords(options.on)}. Until then nothing changes.`
        return done(answer.value, countsWords(tried, planned))
      }),
    )
  authority
    .command('successions')
    .description('every hand-over that is planned, done or undone')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/successions')
        if (!answer.ok) return answer.fault
        const successions = answer.value as ShownSuccession[]
        if (successions.length === 0) return done(successions, 'No hand-over is planned or was done.')
        const head = ['from', 'to', 'on', 'how', 'state']
        return done(successions, table([head, ...successions.map(rowOf)]))
      }),
    )
  authority
    .command('undo-succession')
    .description('take a planned hand-over back, or undo one that was done up to 30 days ago')
    .argument('<ods>', 'the ODS code of the predecessor')
    .option('--try', 'only say what would happen')
    .action((ods: string, options: { readonly try?: boolean }) =>
      perform(async () => {
        const path = `/authorities/${encodeURIComponent(ods)}/succession/undo`
        const answer = await askOperations(config(), path, { try: options.try ?? false })
        if (!answer.ok) return answer.fault
        return done(
          answer.value,
          undoWords(ods, answer.value as ShownUndo & { withdrawn: boolean }, options.try),
        )
      }),
    )
}

function countsWords(counts: ShownCounts, end: string): string {
  const { bySuccessor, unlisted, unmatchedRows, differingRows, notReady } = counts
  const rows = bySuccessor.map(({ odsCode, plans, people }) => [
    odsCode,
    counted(plans, 'plan'),
    counted(people, 'person', 'people'),
  ])
  const unlistedRows = unlisted.plans.map(({ nhsNumber, type, startDay, localId }) => [
    nhsNumber,
    type,
    dayWords(startDay),
    localId ?? '-',
  ])
  return [
    rows.length > 0
      ? table([['to', 'plans', 'people'], ...rows])
      : 'The authority holds no plan that is visible now.',
    ...(unmatchedRows.length > 0 ? [`Rows of the file that match no plan: ${numbers(unmatchedRows)}.`] : []),
    ...(differingRows.length > 0
      ? [`Rows whose plan is held under another local id: ${numbers(differingRows)}.`]
      : []),
    ...(unlisted.count > 0
      ? [
          `${counted(unlisted.count, 'plan')} that no row of the file names; the default successor takes over:`,
          table([['NHS number', 'plan', 'start', 'local id'], ...unlistedRows]),
        ]
      : []),
    ...notReady.map(
      ({ odsCode, why }) =>
        `${odsCode} is not live (${why}). If it is not live on the day, the plans wait for it.`,
    ),
    end,
  ].join('\n\n')
}

/** The first of a long list. */
function numbers(rows: readonly number[]): string {
  const shown = rows.slice(0, 20).join(', ')
  return rows.length > 20 ? `${shown} and ${rows.length - 20} more` : shown
}

function rowOf({
  from,
  successors,
  on,
  listed,
  state,
  waits,
  doneAt,
  undoneAt,
  undo,
}: ShownSuccession): string[] {
  const when = undoneAt ?? doneAt
  return [
    from,
    successors.join(', '),
    dayWords(on),
    listed ? 'by file' : 'everything',
    [
      waits ? `waits: ${waits.for}` : state,
      ...(when ? [instantWords(new Date(when))] : []),
      ...(undo ? ['can be undone'] : []),
    ].join(', '),
  ]
}

function undoWords(
  ods: string,
  { withdrawn, goBack, stay }: ShownUndo & { withdrawn: boolean },
  isTried = false,
): string {
  if (withdrawn)
    return isTried
      ? 'It is only planned: nothing has passed on. Nothing was changed.'
      : `The hand-over of ${ods} is taken back.`
  const staying = stay.map(({ odsCode, plans }) => `${counted(plans, 'plan')} with ${odsCode}`)
  return [
    `${counted(goBack, 'plan')} ${isTried ? 'would go' : 'went'} back to ${ods}.`,
    ...(staying.length > 0
      ? [
          `Uploaded by the successor itself since the hand-over, and ${isTried ? 'would stay' : 'stay'} there: ${staying.join(', ')}.`,
        ]
      : []),
    ...(isTried ? ['Nothing was changed.'] : []),
  ].join('\n')
}
