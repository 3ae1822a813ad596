import { z } from 'zod'
import { type OdsCode, parseOdsCode } from '../../domain/organisation.ts'

export const odsCode = z.string().transform((text, context): OdsCode => {
  const code = parseOdsCode(text)
  if (!code) context.addIssue({ code: 'custom', message: 'An ODS code is two to twelve letters and digits.' })
  return code ?? z.NEVER
})
