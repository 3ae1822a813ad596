import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { addDays, endOfDay, localDay, parseCalendarDate, startOfDay } from '../domain/english-time.ts'
import type { CommandLine } from './command-line.ts'
import { type CommandResult, done, refused } from './command-result.ts'
import { askOperations } from './operations.ts'
import { counted } from './words.ts'

interface ProveOptions {
  readonly out: string
  readonly entry?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly number?: string
  readonly who?: string
}

/** So many days are searched where no day is given, as on the page. */
const USUAL_DAYS = 7

/** `cpis audit prove`: entries of the log and what proves that they were sealed, as a file that anybody can check. */
export function addProveCommand(line: CommandLine, audit: Command): void {
  audit
    .command('prove')
    .description('save entries with what proves them; the file holds what the entries hold of people')
    .requiredOption('--out <file>', 'where to; a file that is there already is left alone')
    .option('--entry <id...>', 'these entries')
    .option('--from <day>', 'entries from this English day on, such as 2026-03-27 (otherwise seven days)')
    .option('--to <day>', 'to this day, which is included (otherwise today)')
    .option('--number <nhs-number>', 'entries concerning this person')
    .option('--who <name>', 'part of a name, or a whole user id, ASID, mailbox or organisation code')
    .action((options: ProveOptions) => line.perform(() => prove(line, options)))
}

async function prove({ config, now }: CommandLine, options: ProveOptions): Promise<CommandResult> {
  const { out, entry: ids } = options
  const search = ids ? undefined : searchOf(options, now())
  if (typeof search === 'string') return refused(search)
  const answer = await askOperations(config(), '/audit/prove', search ? { search } : { ids })
  if (!answer.ok) return answer.fault
  await writeFile(out, JSON.stringify(answer.value, undefined, 2), { flag: 'wx', mode: 0o600 })
  const { entries } = answer.value as { entries: readonly unknown[] }
  return done(
    { file: out, entries: entries.length },
    `${counted(entries.length, 'entry', 'entries')} with proof in ${out}.`,
  )
}

/** What the operations API is asked, or what is wrong. */
function searchOf({ from, to, number, who }: ProveOptions, now: Date): object | string {
  const last = to === undefined ? localDay(now) : parseDay(to)
  const first = from === undefined ? last && addDays(last, 1 - USUAL_DAYS) : parseDay(from)
  if (!first || !last) return 'Write a day like 2026-03-27.'
  if (first > last) return 'The first day must not be after the last.'
  const end = endOfDay(last)
  return {
    from: startOfDay(first),
    before: end < now ? end : now,
    ...(number !== undefined && { nhsNumber: number.replaceAll(' ', '') }),
    ...(who !== undefined && { who }),
  }
}

function parseDay(text: string) {
  return text.length === 10 ? parseCalendarDate(text) : undefined
}
