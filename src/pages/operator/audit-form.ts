import { z } from 'zod'
import type { AuditEntry, InterfaceName } from '../../domain/audit/audit.ts'
import {
  addDays,
  type CalendarDate,
  endOfDay,
  localDay,
  parseCalendarDate,
  startOfDay,
} from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { AuditSearch } from '../../flows/watch/ports.ts'
import { readTypedNumber } from '../clinician/typed-number.ts'
import { INTERFACE_WORDS } from './interface-words.ts'

export const INTERFACES = Object.keys(INTERFACE_WORDS) as readonly InterfaceName[]
export const OUTCOMES = ['allowed', 'refused', 'failed'] as const satisfies readonly AuditEntry['outcome'][]

/** What somebody typed to search the audit log. */
export const auditFields = z.object({
  from: z.string(),
  to: z.string(),
  number: z.string(),
  who: z.string(),
  via: z.string(),
  outcome: z.string(),
})
export type AuditFields = z.infer<typeof auditFields>

export interface AuditProblem {
  readonly field: 'from' | 'to' | 'number' | 'who'
  readonly text: string
}

const LONGEST_WHO = 100
/** So many days are searched where no day is given. */
const USUAL_DAYS = 7

/**
 * Reads the form, or everything that is wrong with it. Nothing later than now is searched, so that what is found stays the same
 * while it is paged through and saved, although to look adds entries.
 */
export function readAuditForm(fields: AuditFields, now: Date): Result<AuditSearch, readonly AuditProblem[]> {
  const problems: AuditProblem[] = []
  const today = localDay(now)
  const day = (name: 'from' | 'to', otherwise: CalendarDate) => {
    const read = fields[name] === '' ? otherwise : readDay(fields[name])
    if (!read) problems.push({ field: name, text: 'Write the day like 27/3/2026' })
    return read ?? otherwise
  }
  const to = day('to', today)
  const from = day('from', addDays(to < today ? to : today, 1 - USUAL_DAYS))
  if (problems.length === 0 && from > to) {
    problems.push({ field: 'from', text: 'The first day must not be after the last' })
  }
  if (problems.length === 0 && from > today) {
    problems.push({ field: 'from', text: 'The first day must not be in the future' })
  }
  let nhsNumber: NhsNumber | undefined
  if (fields.number !== '') {
    const number = readTypedNumber(fields.number)
    if (number.ok) nhsNumber = number.value
    else problems.push({ field: 'number', text: number.fault })
  }
  if (fields.who.length > LONGEST_WHO) {
    problems.push({ field: 'who', text: `Use ${LONGEST_WHO} letters or fewer` })
  }
  if (problems.length > 0) return failure(problems)
  const via = INTERFACES.find(known => known === fields.via)
  const outcome = OUTCOMES.find(known => known === fields.outcome)
  const end = endOfDay(to)
  return success({
    from: startOfDay(from),
    before: end < now ? end : now,
    ...(nhsNumber && { nhsNumber }),
    ...(fields.who !== '' && { who: fields.who }),
    ...(via && { via }),
    ...(outcome && { outcome }),
  })
}

function readDay(text: string): CalendarDate | undefined {
  const [, day = '', month = '', year] = /^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})$/.exec(text) ?? []
  return year ? parseCalendarDate(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`) : undefined
}
