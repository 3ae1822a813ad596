import type { OdsCode } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { type ManageExchangeDeps, recordChange } from '../registration/manage-exchange.ts'
import type { NoSuchAuthority } from '../registration/onboard-authority.ts'
import type { ConfirmedPhones } from './ports.ts'

/** Why phone numbers cannot be confirmed. */
export type PhonesObstacle =
  | NoSuchAuthority
  | { readonly kind: 'no-phones' }
  | { readonly kind: 'other-phones'; readonly shown: ConfirmedPhones }
  | { readonly kind: 'confirmed-since'; readonly shown: ConfirmedPhones }

/**
 * Somebody rang the numbers that clinicians are shown, and says which. They must be just those: an upload may have changed them
 * meanwhile (rule 16.5). Spaces and hyphens do not matter. A page says when they were `lastConfirmed` as it was shown: if they
 * have been since, it was sent twice, and counts once (rule 21.30).
 */
export function confirmPhones(
  deps: ManageExchangeDeps,
  odsCode: OdsCode,
  rung: readonly string[],
  {
    by,
    lastConfirmed,
  }: { readonly by?: Parameters<typeof recordChange>[3]; readonly lastConfirmed?: string } = {},
): Promise<Result<ConfirmedPhones, PhonesObstacle>> {
  return deps.storage.transaction(async stores => {
    const authority = await stores.authorities.hold(odsCode)
    if (!authority) return failure({ kind: 'no-such-authority' } as const)
    if (!authority.contact) return failure({ kind: 'no-phones' } as const)
    const { dutyPhone, officePhone } = authority.contact
    const shown = { dutyPhone, ...(officePhone !== undefined && { officePhone }) }
    if (!sameNumbers(rung, Object.values(shown))) return failure({ kind: 'other-phones', shown } as const)
    if (lastConfirmed !== undefined) {
      const last = await stores.authorityPages.confirmedPhones(odsCode)
      if ((last?.at.toISOString() ?? '') !== lastConfirmed)
        return failure({ kind: 'confirmed-since', shown } as const)
    }
    await stores.issues.confirmPhones(odsCode, shown, deps.clock.now())
    await recordChange(deps, stores, { action: 'confirm phones', subject: odsCode, details: shown }, by)
    return success(shown)
  })
}

function sameNumbers(some: readonly string[], others: readonly string[]): boolean {
  const known = new Set(some.map(phone => phone.replace(/[\s-]/g, '')))
  return known.size === new Set(others).size && others.every(phone => known.has(phone))
}

/** The files that are missing up to now will not come; those missing later are raised as ever (rule 16.3). */
export function acceptGaps(
  deps: ManageExchangeDeps,
  odsCode: OdsCode,
): Promise<Result<{ readonly odsCode: OdsCode }, NoSuchAuthority>> {
  return deps.storage.transaction(async stores => {
    if (!(await stores.authorities.hold(odsCode))) return failure({ kind: 'no-such-authority' } as const)
    // Asked twice, or when none is left, nothing changes and nothing is on record.
    if ((await stores.uploadHistory.gaps(odsCode, 1)).length === 0) return success({ odsCode })
    await stores.issues.acceptGaps(odsCode)
    await recordChange(deps, stores, { action: 'accept sequence gaps', subject: odsCode })
    return success({ odsCode })
  })
}
