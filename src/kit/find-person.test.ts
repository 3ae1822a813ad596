import { describe, expect, test } from 'vitest'
import type { PdsCandidate, PdsQuestion, PdsSearchAnswer } from '../demographics/pds-search.ts'
import type { CalendarDate } from '../domain/english-time.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import { findPerson } from './find-person.ts'
import type { PersonToTrace } from './trace-row.ts'

const BORN = '2019-05-03' as CalendarDate
const [NUMBER, TWINS_NUMBER] = ['9990000018', '9990000026'] as [NhsNumber, NhsNumber]
const person: PersonToTrace = {
  key: 'k',
  claimed: { given: 'Tansy Mae', family: 'Testcase', birthDate: BORN, sex: 'female' },
  gender: 'female',
  postcode: 'ZZ1 1AA',
}
const tansy: PdsCandidate = {
  nhsNumber: NUMBER,
  restricted: false,
  score: 1,
  person: { birthDate: BORN, familyNames: ['Testcase'], givenNames: [['Tansy']], sex: 'female' },
}
const twin: PdsCandidate = {
  ...tansy,
  nhsNumber: TWINS_NUMBER,
  person: { ...tansy.person, givenNames: [['Poppy']] },
}
const NONE = { kind: 'none' } as const
const found = (...people: PdsCandidate[]) => ({ kind: 'found', people }) as const

/** Traces somebody against a PDS that answers each search in turn, and none after those that are given. */
async function traced(wanted: PersonToTrace, ...answers: PdsSearchAnswer[]) {
  const asked: PdsQuestion[] = []
  const outcome = await findPerson(wanted, async question => {
    asked.push(question)
    return answers[asked.length - 1] ?? NONE
  })
  return { outcome, asked }
}

describe('rule 17.10: the searches', () => {
  const names = { family: 'Testcase', given: 'Tansy' }
  const [gender, postcode] = ['female', 'ZZ1 1AA'] as const

  test('are six, in this order', async () => {
    const { asked, outcome } = await traced(person)
    expect(outcome).toEqual({ kind: 'not-found' })
    expect(asked).toEqual([
      { ...names, gender, birthDate: BORN, history: true },
      { ...names, birthDate: BORN, fuzzy: true, postcode },
      { family: 'Testcase', gender, postcode, birthDate: BORN },
      { given: 'Tansy', gender, postcode, birthDate: BORN },
      { ...names, gender, birthDate: '2019-03-05', history: true },
      { ...names, gender, postcode, birthDate: { from: '2018-11-01', to: '2019-11-02' } },
    ])
  })

  test('need a postcode, a sex, a given name and a day that can be a month, each as far as it is asked for', async () => {
    const { gender: _, postcode: __, ...bare } = person
    expect((await traced(bare)).asked).toHaveLength(3)
    const late = {
      ...bare,
      claimed: { ...person.claimed, given: '', birthDate: '2019-05-31' as CalendarDate },
    }
    expect((await traced(late)).asked).toEqual([
      { family: 'Testcase', birthDate: '2019-05-31', history: true },
      { family: 'Testcase', birthDate: '2019-05-31', fuzzy: true },
    ])
  })

  test('end at the one person of the same names, sex and date of birth', async () => {
    const { asked, outcome } = await traced(person, found(tansy))
    expect(outcome).toEqual({ kind: 'found', nhsNumber: NUMBER })
    expect(asked).toHaveLength(1)
  })

  test('go on past a twin, who is never taken for the child', async () => {
    const { asked, outcome } = await traced(person, NONE, NONE, found(twin))
    expect(asked).toHaveLength(6)
    expect(outcome).toEqual({ kind: 'possibly-found', nhsNumber: TWINS_NUMBER, items: ['given name'] })
    expect((await traced(person, NONE, found({ ...tansy, score: 0.96 }, twin))).outcome).toEqual({
      kind: 'found',
      nhsNumber: NUMBER,
    })
  })

  test('go on without those that PDS refuses, except for the first', async () => {
    const refused = { kind: 'refused' } as const
    expect((await traced(person, NONE, refused, found(tansy))).outcome.kind).toBe('found')
    expect((await traced(person, refused)).outcome.kind).toBe('could-not-ask')
  })
})

describe('rule 17.10: who is found', () => {
  test('many are never none, and never one', async () => {
    const several = { kind: 'several' } as const
    for (const answers of [
      [several],
      [several, found(tansy)],
      [found(tansy, { ...tansy, nhsNumber: TWINS_NUMBER })],
      [NONE, NONE, found(twin, { ...twin, nhsNumber: NUMBER })],
    ]) {
      expect((await traced(person, ...answers)).outcome).toEqual({ kind: 'several' })
    }
  })

  test('the same person in two searches is one, with the better score', async () => {
    const unsure = found({ ...tansy, score: 0.9 })
    expect((await traced(person, unsure, unsure)).outcome).toEqual({
      kind: 'possibly-found',
      nhsNumber: NUMBER,
      items: [],
    })
    expect((await traced(person, unsure, found(tansy))).outcome.kind).toBe('found')
  })

  test('another date of birth alone is possible, and with another name nobody', async () => {
    const earlier = { ...tansy.person, birthDate: '2019-01-20' as CalendarDate }
    const around = (known: PdsCandidate['person']) =>
      traced(person, NONE, NONE, NONE, NONE, NONE, found({ ...tansy, person: known }))
    expect((await around(earlier)).outcome).toEqual({
      kind: 'possibly-found',
      nhsNumber: NUMBER,
      items: ['date of birth'],
    })
    expect((await around({ ...earlier, givenNames: [['Poppy']] })).outcome).toEqual({ kind: 'not-found' })
  })
})
