import type { z } from 'zod'

/** What is wrong with one field of a form, by the id of that field. */
export interface FormProblem {
  readonly field: string
  readonly text: string
}

/** What a reader found wrong, the first thing of each field, in the order of the form. */
export function problemsOf({ issues }: z.ZodError): readonly FormProblem[] {
  const first = new Map<string, FormProblem>()
  for (const { path, message } of issues) {
    const field = path.findLast(part => typeof part === 'string') ?? ''
    if (!first.has(field)) first.set(field, { field, text: message.replace(/\.$/, '') })
  }
  return [...first.values()]
}

/** What a form page shows of problems: at the top, and at each field. */
export function shownProblems(problems: readonly FormProblem[]) {
  return {
    problems: problems.map(({ field, text }) => ({ href: `#${field}`, text })),
    wrong: Object.fromEntries(problems.map(({ field, text }) => [field, { text }])),
  }
}
