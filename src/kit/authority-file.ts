import { z } from 'zod'
import { parseOdsCode } from '../domain/organisation.ts'
import { failure, type Result, success } from '../domain/result.ts'
import type { UploadHeader } from '../domain/upload/upload.ts'

/** The authority as every upload names it: what clinicians see and dial. */
export type Authority = UploadHeader['authority']

const phone = z
  .string()
  .transform(text => text.replace(/[\s().-]/g, ''))
  .refine(
    text => /^\+?\d{3,20}$/.test(text),
    'must be a telephone number of at most twenty digits, with + before an international one',
  )

const authority = z.strictObject({
  odsCode: z.string().transform((text, context) => {
    const code = parseOdsCode(text.trim())
    if (!code)
      context.addIssue({ code: 'custom', message: 'must be a code of two to twelve letters and digits' })
    return code ?? z.NEVER
  }),
  name: z.string().trim().min(1, 'must be the name that clinicians are to see'),
  dutyPhone: phone,
  officePhone: phone.optional(),
})

/** Reads `authority.json`: `odsCode`, `name`, `dutyPhone` and, if there is one, `officePhone`; or what is wrong, a line each. */
export function readAuthority(text: string): Result<Authority, readonly string[]> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return failure(['The file is not JSON.'])
  }
  const parsed = authority.safeParse(json)
  if (!parsed.success) {
    return failure(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'The file'}: ${message}`),
    )
  }
  const { officePhone, ...rest } = parsed.data
  return success({ ...rest, ...(officePhone !== undefined && { officePhone }) })
}
