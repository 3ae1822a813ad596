import { readFile } from 'node:fs/promises'
import { bankHolidays } from '../domain/bank-holidays.ts'
import { localDay } from '../domain/english-time.ts'
import type { CommandLine } from './command-line.ts'
import { done, refused } from './command-result.ts'
import { askOperations } from './operations.ts'
import { counted, dayWords, table } from './words.ts'

interface ShownHolidays {
  readonly holidays: readonly { readonly day: string; readonly title: string; readonly notes: string }[]
}

interface HolidaysSet extends ShownHolidays {
  readonly passedOver: readonly number[]
  readonly changed: boolean
}

/** `cpis holidays`: the bank holidays by which offices are closed and items fall due, through the operations API (rule 16.13). */
export function addHolidayCommands({ program, perform, config, now }: CommandLine): void {
  const holidays = program
    .command('holidays')
    .description('bank holidays of England: worked out, or set from the published list')
  holidays
    .command('show')
    .description('the bank holidays that were set, and those that are worked out for other years')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/holidays')
        return answer.ok
          ? done(answer.value, shownWords(answer.value as ShownHolidays, localDay(now())))
          : answer.fault
      }),
    )
  holidays
    .command('set')
    .description('use the bank holidays of a file for the years in it, a proclaimed or moved one among them')
    .argument('<file>', 'JSON like www.gov.uk/bank-holidays.json')
    .action((path: string) =>
      perform(async () => {
        const file = parsed(await readFile(path, 'utf8'))
        if (file === undefined)
          return refused(`${path} is not a JSON object.`, 'Save www.gov.uk/bank-holidays.json.')
        const answer = await askOperations(config(), '/holidays', file)
        return answer.ok ? done(answer.value, setWords(answer.value as HolidaysSet)) : answer.fault
      }),
    )
  holidays
    .command('reset')
    .description('take back what was set: every year has the bank holidays that are worked out')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/holidays/reset', {})
        if (!answer.ok) return answer.fault
        const { changed } = answer.value as { changed: boolean }
        return done(
          answer.value,
          changed ? 'The bank holidays are worked out again.' : 'No bank holidays were set.',
        )
      }),
    )
}

function parsed(text: string): object | undefined {
  try {
    const file: unknown = JSON.parse(text)
    return typeof file === 'object' && file !== null ? file : undefined
  } catch {
    return undefined
  }
}

function setWords({ holidays, passedOver, changed }: HolidaysSet): string {
  const over = passedOver.length > 0 ? ` Years that are over were passed over: ${passedOver.join(', ')}.` : ''
  const years = [...new Set(holidays.map(({ day }) => day.slice(0, 4)))].join(', ')
  const set = `${counted(holidays.length, 'bank holiday')} of ${years}`
  return changed ? `${set} set.${over}` : `${set} were set already; nothing changed.${over}`
}

function shownWords({ holidays }: ShownHolidays, today: string): string {
  const set = new Set(holidays.map(({ day }) => day.slice(0, 4)))
  const thisYear = Number(today.slice(0, 4))
  const worked = [thisYear, thisYear + 1]
    .filter(year => !set.has(String(year)))
    .flatMap(year => [...bankHolidays(year)].sort().map(day => [dayWords(day), 'worked out', '']))
  const rows = [...holidays.map(({ day, title, notes }) => [dayWords(day), title, notes]), ...worked]
  return table([['day', 'name', 'notes'], ...rows])
}
