import fc from 'fast-check'
import { v7 as newId } from 'uuid'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, pdsSays, storedAuthority } from '../../../test/support/records.ts'
import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { JudgedRecord } from '../../flows/upload/ports.ts'
import { failedRecords } from './failing-records.ts'
import { uploadStore } from './upload-store.ts'

const DAY = 86_400_000
const PEOPLE = ['A', 'B', 'C'] as const

/** What one file says of each person: loaded, failed, or nothing. */
type File = readonly ('loads' | 'fails' | 'nothing')[]

describeOnEachEngine('records that fail', database => {
  let authorities = 0

  /** Without `localIds`, people are known by their numbers alone. */
  const apply = async (
    authority: OdsCode,
    sequence: number,
    file: File,
    numbers: readonly NhsNumber[],
    { localIds = true } = {},
  ) => {
    const createdAt = new Date(sequence * DAY)
    const records = file.flatMap((says, nth): JudgedRecord[] => {
      const local = localIds && { localId: PEOPLE[nth] ?? '' }
      const nhsNumber = numbers[nth] as NhsNumber
      const position = nth + 1
      const sent = { position, plans: [], subjects: [{ kind: 'child', nhsNumber, ...local } as const] }
      const subject = { given: 'P', family: 'T', birthDate: '2019-05-01' as CalendarDate, ...local }
      const plans = [{ type: 'CPP' as const, start: '202601010000' as PlanTime }]
      if (says === 'nothing') return []
      if (says === 'fails') return [{ sent, outcome: { fault: { kind: 'sensitive' } } }]
      return [{ sent, outcome: { checked: { position, nhsNumber, subject, plans } } }]
    })
    const upload = {
      id: newId(),
      authority,
      header: {
        createdAt,
        sequence,
        recordCount: records.length,
        authority: { odsCode: authority, name: 'X', dutyPhone: '01632960001' },
      },
      series: 'system' as const,
      messageId: 'M',
      digest: 'D',
      receivedAt: createdAt,
    }
    await uploadStore(database().kysely).stage(upload.id, records)
    await database()
      .kysely.transaction()
      .execute(async trx => {
        await uploadStore(trx).apply(upload)
        await uploadStore(trx).complete(upload.id, 'CPF03', 'P')
      })
  }

  test('whoever failed in a newer file than loaded them is failing, in whatever order the files came (rule 16.7)', async () => {
    const files = fc.array(
      fc.array(fc.constantFrom('loads', 'fails', 'nothing'), { minLength: 3, maxLength: 3 }),
      { minLength: 1, maxLength: 6 },
    )
    const inSomeOrder = files.chain(list =>
      fc.shuffledSubarray([...list.keys()], { minLength: list.length }).map(order => ({ list, order })),
    )
    await fc.assert(
      fc.asyncProperty(inSomeOrder, async ({ list, order }) => {
        const authority = `Q${String(++authorities).padStart(4, '0')}` as OdsCode
        await storedAuthority(database(), authority)
        const numbers = PEOPLE.map(freshNhsNumber)
        for (const nth of order) await apply(authority, nth + 1, list[nth] as File, numbers)
        const expected = PEOPLE.flatMap((localId, person) => {
          const last = (says: string) => list.findLastIndex(file => file[person] === says)
          return last('fails') > last('loads') ? [[localId, last('fails') + 1]] : []
        })
        const found = await failedRecords(database().kysely, authority)
        expect(found.map(({ sent, newest }) => [sent.subjects[0]?.localId, newest.sequence]).sort()).toEqual(
          expected,
        )
      }),
      { numRuns: 20 },
    )
  })

  const failing = async (authority: OdsCode) => {
    const found = await failedRecords(database().kysely, authority)
    return found.map(({ sent }) => sent.subjects[0]?.nhsNumber)
  }

  test.each([
    true,
    false,
  ])('what another authority loads mends nothing, though it has the same numbers and local ids (rule 16.7)', async localIds => {
    const [ours, theirs] = [`R${++authorities}01`, `R${authorities}02`] as OdsCode[] as [OdsCode, OdsCode]
    for (const authority of [ours, theirs]) await storedAuthority(database(), authority)
    const [old, replacement] = [freshNhsNumber(), freshNhsNumber()]
    await pdsSays(database(), old, { state: 'replaced', by: replacement })
    await apply(theirs, 1, ['fails'], [old], { localIds })
    await apply(ours, 3, ['loads'], [old], { localIds })
    await apply(ours, 5, ['fails'], [old], { localIds })
    expect(await failing(ours)).toEqual([old])
    expect(await failing(theirs)).toEqual([old])
    await apply(theirs, 7, ['loads'], [old], { localIds })
    await apply(theirs, 8, ['loads'], [replacement], { localIds })
    await apply(ours, 6, ['nothing'], [old])
    expect(await failing(ours)).toEqual([old])
    expect(await failing(theirs)).toEqual([])
  })

  test('a person is mended by the number that replaced theirs, and by nobody else’s (rule 16.7)', async () => {
    const authority = `R${++authorities}03` as OdsCode
    await storedAuthority(database(), authority)
    const [old, replacement] = [freshNhsNumber(), freshNhsNumber()]
    await pdsSays(database(), old, { state: 'replaced', by: replacement })
    await apply(authority, 1, ['fails'], [old], { localIds: false })
    await apply(authority, 2, ['loads'], [freshNhsNumber()], { localIds: false })
    expect(await failing(authority)).toEqual([old])
    await apply(authority, 3, ['loads'], [replacement], { localIds: false })
    expect(await failing(authority)).toEqual([])
  })

  test('applied in their order, files say since when each person has failed without a break', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('loads', 'fails'), { minLength: 1, maxLength: 5 }),
        async says => {
          const authority = `Q${String(++authorities).padStart(4, '0')}` as OdsCode
          await storedAuthority(database(), authority)
          const numbers = [freshNhsNumber()]
          for (const [nth, one] of says.entries()) await apply(authority, nth + 1, [one], numbers)
          const first = says.lastIndexOf('loads') + 1
          const expected = first < says.length ? [new Date((first + 1) * DAY)] : []
          const found = await failedRecords(database().kysely, authority)
          expect(found.map(({ since }) => since)).toEqual(expected)
        },
      ),
      { numRuns: 20 },
    )
  })
})
