import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Asid, CertificateFingerprint, ClientSystem } from '../../domain/registration/client-system.ts'
import { clientSystemStore } from './client-system-store.ts'

const WARD: ClientSystem = {
  asid: '999000000011' as Asid,
  partyKey: 'X9Z01-999001',
  organisation: { odsCode: 'X9Z01' as OdsCode, name: 'Made-up Hospital' },
  allows: ['unscheduled'],
  exchanges: ['synchronous'],
}
const CLINIC: ClientSystem = { ...WARD, asid: '999000000010' as Asid, allows: ['unscheduled', 'scheduled'] }

const CONTRACT = {
  cpaId: 'S001A001',
  callback: 'https://ward.example/answers',
  reliability: 'reliable',
  retries: 2,
  retryIntervalSeconds: 10,
  persistSeconds: 300,
} as const

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

  test('what it may use, its contract and its certificate are kept, and it is found by contract and organisation', async () => {
    const store = clientSystemStore(database().kysely)
    const certificate = 'AB'.repeat(32) as CertificateFingerprint
    const later: ClientSystem = {
      ...WARD,
      exchanges: ['asynchronous', 'mini-service'],
      contract: CONTRACT,
      certificate,
    }
    await store.add(later)
    expect(await store.withContract('S001A001')).toEqual(later)
    expect(await store.withContract('s001a001')).toBeUndefined()
    expect(await store.ofOrganisation(WARD.organisation.odsCode)).toContainEqual(later)
    expect(await store.ofOrganisation('X9Z99' as OdsCode)).toEqual([])
    await expect(store.add({ ...later, asid: '999000000015' as Asid })).rejects.toThrow()
    await store.remove(WARD.asid)
  })

  test('a system that allows nothing, may use nothing, or is to be answered nowhere cannot be registered', async () => {
    const store = clientSystemStore(database().kysely)
    await expect(store.add({ ...WARD, asid: '999000000012' as Asid, allows: [] })).rejects.toThrow()
    await expect(store.add({ ...WARD, exchanges: [] })).rejects.toThrow()
    await expect(store.add({ ...WARD, exchanges: ['asynchronous'] })).rejects.toThrow()
  })
})
