import { isDeepStrictEqual } from 'node:util'
import { localDay } from '../../domain/english-time.ts'
import {
  type BankHoliday,
  type CheckedHolidays,
  checkHolidays,
  type WrittenHoliday,
} from '../../domain/registration/holiday-list.ts'
import { type Result, success } from '../../domain/result.ts'
import { type ManageExchangeDeps, recordChange } from './manage-exchange.ts'

export interface HolidaysChanged extends CheckedHolidays {
  readonly changed: boolean
}

/**
 * From now on the bank holidays of the years in a list are those of the list, in everything that depends on them. A list with anything
 * wrong in it changes nothing and is answered with all that is wrong (rule 16.13).
 */
export async function setHolidays(
  deps: ManageExchangeDeps,
  written: readonly WrittenHoliday[],
): Promise<Result<HolidaysChanged, readonly string[]>> {
  const checked = checkHolidays(written, localDay(deps.clock.now()))
  if (!checked.ok) return checked
  return success({ ...checked.value, changed: await replace(deps, checked.value.holidays) })
}

/** From now on every year has the bank holidays that are worked out. False where none were set. */
export function resetHolidays(deps: ManageExchangeDeps): Promise<boolean> {
  return replace(deps, [])
}

function replace(deps: ManageExchangeDeps, holidays: readonly BankHoliday[]): Promise<boolean> {
  return deps.storage.registration(async stores => {
    if (isDeepStrictEqual(await stores.holidays.list(), holidays)) return false
    await stores.holidays.replace(holidays)
    const years = [...new Set(holidays.map(({ day }) => day.slice(0, 4)))].join(', ')
    await recordChange(deps, stores, {
      action: holidays.length > 0 ? 'set bank holidays' : 'reset bank holidays',
      details: { days: holidays.length, ...(years !== '' && { years }) },
    })
    return true
  })
}
