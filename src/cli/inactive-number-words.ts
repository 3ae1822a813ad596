import { displayNhsNumber } from '../domain/nhs-number.ts'
import type { InactiveNumberNotification } from '../domain/notification/inactive-number-notification.ts'

/** Which numbers are no longer in use, a line each, and what is current instead. */
export function inactiveNumberWords({ numbers }: InactiveNumberNotification): string {
  return numbers
    .map(({ nhsNumber, localId, replacements }) => {
      const whose = localId ? ` (your ${localId})` : ''
      const now = replacements.map(displayNhsNumber).join(' and ')
      return `NHS number no longer in use: ${displayNhsNumber(nhsNumber)}${whose}; ${now ? `now ${now}` : 'nothing replaces it'}`
    })
    .join('\n')
}
