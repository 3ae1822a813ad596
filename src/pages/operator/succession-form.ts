import { z } from 'zod'
import { LONGEST_HAND_OVER_FILE, successionBody } from '../../api/common/registration/succession-body.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { type FormProblem, problemsOf } from '../form-problems.ts'

/** Sealed, it still fits a form. */
const LONGEST_FILE = 1024 * 1024

/** What is typed into the form of a hand-over, and the text of the file that was chosen. */
export const successionFields = z.object({
  successors: z.string(),
  defaultSuccessor: z.string(),
  day: z.string(),
  month: z.string(),
  year: z.string(),
  file: z.string().max(LONGEST_HAND_OVER_FILE),
})
export type SuccessionFields = z.infer<typeof successionFields>

export const NO_SUCCESSION_FIELDS: SuccessionFields = {
  successors: '',
  defaultSuccessor: '',
  day: '',
  month: '',
  year: '',
  file: '',
}

type SuccessionInput = z.infer<typeof successionBody>

/** Reads what was typed, or says in words what to enter; field by field, in the order of the form. */
export function readSuccessionForm(
  fields: SuccessionFields,
): Result<SuccessionInput, readonly FormProblem[]> {
  const { successors, defaultSuccessor, day, month, year, file } = fields
  if (file.length > LONGEST_FILE)
    return failure([{ field: 'file', text: 'The file is longer than 1 MB. Use cpis authority succeed' }])
  const read = successionBody.safeParse({
    successors: successors.split(/[\s,;]+/).filter(Boolean),
    ...(defaultSuccessor.trim() && { defaultSuccessor: defaultSuccessor.trim() }),
    on: `${year.trim()}-${month.trim().padStart(2, '0')}-${day.trim().padStart(2, '0')}`,
    ...(file && { file }),
  })
  if (read.success) return success(read.data)
  // The day has three fields, of which the first is shown as wrong.
  return failure(
    problemsOf(read.error).map(problem => (problem.field === 'on' ? { ...problem, field: 'day' } : problem)),
  )
}
