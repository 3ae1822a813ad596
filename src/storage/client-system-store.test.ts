import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../test/support/engines.ts'
import type { Asid, ClientSystem } from '../domain/client-system.ts'
import type { OdsCode } from '../domain/organisation.ts'
import { clientSystemStore } from './client-system-store.ts'

const WARD: ClientSystem = {
  asid: '999000000011' as Asid,
  partyKey: 'X9Z01-999001',
  organisation: { odsCode: 'X9Z01' as OdsCode, name: 'Made-up Hospital' },
  allows: ['unscheduled'],
}
const CLINIC: ClientSystem = { ...WARD, asid: '999000000010' as Asid, allows: ['unscheduled', 'scheduled'] }

describeOnEachEngine('the register of client systems', database => {
  test('a system is found by its ASID, changed when it is added again, and gone when it is removed', async () => {
    const store = clientSystemStore(database().kysely)
    await store.add(WARD)
    await store.add(CLINIC)
    expect(await store.find(WARD.asid)).toEqual(WARD)
    expect(await store.list()).toEqual([CLINIC, WARD])

    const moved: ClientSystem = { ...WARD, partyKey: 'X9Z02-999002', allows: ['scheduled'] }
    await store.add(moved)
    expect(await store.find(WARD.asid)).toEqual(moved)

    await store.remove(WARD.asid)
    await store.remove(WARD.asid)
    expect(await store.find(WARD.asid)).toBeUndefined()
    expect(await store.list()).toEqual([CLINIC])
  })

  test('a system that allows nothing cannot be registered', async () => {
    const store = clientSystemStore(database().kysely)
    await expect(store.add({ ...WARD, asid: '999000000012' as Asid, allows: [] })).rejects.toThrow()
  })
})
