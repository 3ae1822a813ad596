import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { PLAN_TYPE_WORDS } from '../domain/plan/plan.ts'
import { unreachable } from '../domain/result.ts'
import { fileReasonOf } from '../domain/upload/file-reasons.ts'
import { type Difference, diffUploads, type UploadToDiff } from '../kit/diff-uploads.ts'
import { type CommandResult, done, refused } from './command-result.ts'
import { startProgress } from './progress.ts'
import type { Styler, Terminal } from './terminal.ts'
import { counted, dayWords } from './words.ts'

/** `cpis upload diff`: what a later file says otherwise than an earlier one. */
export async function uploadDiff(terminal: Terminal, earlier: string, later: string): Promise<CommandResult> {
  const [a, b] = [await stat(earlier), await stat(later)]
  const progress = startProgress(terminal, 'comparing', a.size + b.size)
  let read = 0
  const file = (path: string, size: number): UploadToDiff => ({
    size,
    async *open() {
      for await (const piece of createReadStream(path)) {
        read += piece.length
        progress.update(read)
        yield piece as Uint8Array
      }
    },
  })
  const differences: Difference[] = []
  const compared = await diffUploads(file(earlier, a.size), file(later, b.size), difference =>
    differences.push(difference),
  ).finally(progress.stop)
  if (!compared.ok) {
    const { which, fault } = compared.fault
    return refused(`${which === 'earlier' ? earlier : later} cannot be read. ${fileReasonOf(fault)}`)
  }
  const { same } = compared.value
  const total = `${counted(differences.length, 'difference')}; ${counted(same, 'record')} the same in both.`
  const text = [...differences.map(difference => differenceWords(terminal, difference)), total].join('\n')
  return done({ differences, same }, text)
}

function differenceWords(styler: Styler, difference: Difference): string {
  const { nhsNumber, localId } = difference
  const who = `${nhsNumber || 'without a number'}${localId ? ` (${localId})` : ''}`
  switch (difference.kind) {
    case 'record-added':
      return `${styler.style('green', '+')} ${who}: new, with ${counted(difference.plans, 'plan')}`
    case 'record-gone':
      return `${styler.style('red', '-')} ${who}: gone, with ${counted(difference.plans, 'plan')}`
    case 'person-changed':
      return `${styler.style('yellow', '~')} ${who}: another ${difference.items.join(', ')}`
    case 'plan-added':
      return `${styler.style('green', '+')} ${who}: ${planWords(difference)} is new`
    case 'plan-gone':
      return `${styler.style('red', '-')} ${who}: ${planWords(difference)} is gone`
    case 'plan-changed': {
      const changes = difference.changes.map(
        ({ date, from, to }) => `${date} date ${timeWords(from)} is now ${timeWords(to)}`,
      )
      return `${styler.style('yellow', '~')} ${who}: ${planWords(difference)}: ${changes.join(', ')}`
    }
    default:
      return unreachable(difference)
  }
}

function planWords({ plan, start }: Extract<Difference, { start: string }>): string {
  return `${PLAN_TYPE_WORDS[plan]} from ${timeWords(start)}`
}

/** A plan time as it stands in a file, which may be anything. */
function timeWords(text: string | undefined): string {
  if (text === undefined) return 'none'
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)
  if (!parts) return 'that cannot be read'
  const [, year, month, day, hour, minute] = parts
  const time = hour === '00' && minute === '00' ? '' : ` at ${hour}:${minute}`
  return `${dayWords(`${year}-${month}-${day}`)}${time}`
}
