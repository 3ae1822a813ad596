import { z } from 'zod'
import { type OdsCode, parseOdsCode } from '../../../domain/organisation.ts'
import { CARE_SETTING_NAMES, type CareOrganisation } from '../../../domain/registration/care-setting.ts'

export const odsCode = z.string().transform((text, context): OdsCode => {
  const code = parseOdsCode(text)
  if (!code) context.addIssue({ code: 'custom', message: 'An ODS code is two to twelve letters and digits.' })
  return code ?? z.NEVER
})

export const name = z.string().min(1, 'A name is needed.')
export const wave = z.string().min(1, 'A wave has a name.').max(60, 'A wave has a short name.').optional()

/** What an operator says of an organisation of health (rule 19.7). */
export const organisationBody = z
  .strictObject({
    odsCode,
    name,
    settings: z
      .array(z.enum(CARE_SETTING_NAMES, `A setting is one of ${CARE_SETTING_NAMES.join(', ')}.`))
      .min(1, `At least one setting is needed: ${CARE_SETTING_NAMES.join(', ')}.`),
    wave,
  })
  .transform(
    ({ wave, settings, ...organisation }): CareOrganisation => ({
      ...organisation,
      settings: [...new Set(settings)],
      ...(wave !== undefined && { wave }),
    }),
  )
