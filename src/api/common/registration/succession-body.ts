import { z } from 'zod'
import { parseCalendarDate } from '../../../domain/english-time.ts'
import type { OdsCode } from '../../../domain/organisation.ts'
import { readHandOverFile } from '../../../domain/registration/hand-over-file.ts'
import type { SuccessionPlan } from '../../../domain/registration/succession.ts'
import { odsCode } from './organisation-body.ts'

/** A hand-over file, as an operator's form or command sends it: 50,000 rows fit. */
export const LONGEST_HAND_OVER_FILE = 8 * 1024 * 1024
/** So many rows that are wrong are named. */
const MOST_PROBLEMS = 50

const day = z.string('Enter the day, like 2027-04-01.').transform((text, context) => {
  const read = /^\d{4}-\d\d-\d\d$/.test(text) ? parseCalendarDate(text) : undefined
  if (!read) context.addIssue({ code: 'custom', message: 'Enter a real day, like 2027-04-01.' })
  return read ?? z.NEVER
})

const rows = z.string().transform((text, context) => {
  const read = readHandOverFile(text)
  if (read.ok) return read.value
  for (const message of read.fault.slice(0, MOST_PROBLEMS)) context.addIssue({ code: 'custom', message })
  const more = read.fault.length - MOST_PROBLEMS
  if (more > 0) context.addIssue({ code: 'custom', message: `${more} more rows are wrong.` })
  return z.NEVER
})

/** What an operator says of a hand-over (rule 19.13); `from` stands in the address. */
export const successionBody = z
  .strictObject({
    successors: z.array(odsCode).min(1, 'Name at least one successor.'),
    defaultSuccessor: odsCode.optional(),
    on: day,
    file: rows.optional(),
    try: z.boolean().default(false),
  })
  .transform(({ successors, defaultSuccessor, on, file, try: isTried }, context) => {
    const [only] = successors
    if (!defaultSuccessor && successors.length > 1) {
      const message =
        'Of several successors name the default one: it takes over what no row of the file names.'
      context.addIssue({ code: 'custom', path: ['defaultSuccessor'], message })
    }
    if (!file && new Set([...successors, defaultSuccessor ?? only]).size > 1) {
      const message =
        'Of several successors add the hand-over file, which says whose each plan is. Without it everything goes to one.'
      context.addIssue({ code: 'custom', path: ['file'], message })
    }
    return {
      isTried,
      planOf: (from: OdsCode): SuccessionPlan => ({
        from,
        on,
        successors,
        defaultSuccessor: defaultSuccessor ?? (only as OdsCode),
        ...(file && { rows: file }),
      }),
    }
  })
