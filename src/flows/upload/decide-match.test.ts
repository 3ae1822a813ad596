import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber } from '../../../test/support/records.ts'
import type { CalendarDate } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Demographics } from '../../domain/person/demographics.ts'
import { decidedMatch, type MatchDecision } from '../../domain/person/match-decision.ts'
import type { UploadItem } from '../../domain/upload/file-faults.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import type { Storage } from '../ports.ts'
import type { Authority } from '../registration/ports.ts'
import { decideMatch } from './decide-match.ts'
import { judgeRecords } from './judge-records.ts'
import type { JudgedRecord } from './ports.ts'

const BORN = '2019-05-01' as CalendarDate
const [ONE, TWO] = ['D0001', 'D0002'] as [OdsCode, OdsCode]
const BY = { via: 'web', actor: 'officer' } as const
const NOW = new Date('2026-06-15T12:00:00Z')

describeOnEachEngine('an officer decides about a possible match (rule 3.25)', database => {
  let jobs: Jobs
  let storage: Storage
  let number: NhsNumber
  let pds: Demographics
  const deps = () => ({ storage, clock: { now: () => NOW }, newId })
  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
  })
  afterAll(() => jobs.stop(1_000))
  beforeEach(() => {
    number = freshNhsNumber()
    pds = {
      kind: 'found',
      person: { birthDate: BORN, familyNames: ['Applecore'], givenNames: [['Tomasina']] },
    }
  })

  const subject = { given: 'Tom', family: 'Applecore', birthDate: BORN }
  const decide = (decision: MatchDecision, authority = ONE, who = subject) =>
    decideMatch(deps(), authority, decidedMatch(number, who), decision, BY)

  /** Judges a file of one record; answers the fault of it, or "checked". */
  const judge = async ({ authority = ONE, given = 'Tom', family = 'Applecore', born = '20190501' } = {}) => {
    const sent = {
      position: 1,
      plans: [{ type: 'CPP', start: '202601010900' }] as const,
      subjects: [{ kind: 'child', nhsNumber: number, given, family, birthTime: born }] as const,
    }
    const header = {
      createdAt: NOW,
      sequence: 1,
      recordCount: 1,
      authority: { odsCode: authority, name: 'COUNCIL', dutyPhone: '01632960001' },
    }
    let staged: readonly JudgedRecord[] = []
    await judgeRecords(
      {
        ...deps(),
        storage: {
          ...storage,
          uploads: {
            ...storage.uploads,
            bySequence: async () => undefined,
            stage: async (_, records) => {
              staged = records
            },
          },
        },
        demographics: { find: async () => pds },
        readUpload: async function* (): AsyncGenerator<UploadItem> {
          yield { kind: 'header', header }
          yield { kind: 'record', record: sent }
          yield { kind: 'done', recordCount: 1 }
        },
        uploadLimits: { records: 10, ageDays: 90, expansion: 100 },
        pdsConcurrency: 1,
        numberCheckHours: 24,
      },
      {
        uploadId: newId(),
        authorities: [{ odsCode: authority, stage: 'live' } as Authority],
        series: 'system',
        bytes: (async function* () {})(),
      },
      new AbortController().signal,
    )
    const outcome = staged[0]?.outcome
    return outcome && 'fault' in outcome ? outcome.fault.kind : 'checked'
  }

  test('and what was decided holds from then on, until it is decided otherwise', async () => {
    expect(await judge()).toBe('possible-match')
    expect(await decide('same-person')).toBe(true)
    expect(await judge()).toBe('checked')
    expect(await judge({ given: 'TOM', family: 'APPLE-CORE' })).toBe('checked')
    expect(await decide('another-person')).toBe(true)
    expect(await judge()).toBe('different-person')
  })

  test('for this authority, number, name and date of birth alone', async () => {
    await decide('same-person')
    expect(await judge({ authority: TWO })).toBe('possible-match')
    expect(await judge({ given: 'Tim' })).toBe('possible-match')
    expect(await judge({ family: 'Applecores' })).toBe('possible-match')
    expect(await judge({ born: '20190502' })).toBe('possible-match')
    number = freshNhsNumber()
    expect(await judge()).toBe('possible-match')
  })

  test('but never makes up for somebody else, a death, or a number that PDS does not vouch for', async () => {
    await decide('same-person')
    const answers: [Demographics, string][] = [
      [{ kind: 'restricted' }, 'sensitive'],
      [{ kind: 'unknown' }, 'nhs-number-unknown'],
      [{ kind: 'invalidated' }, 'invalidated'],
      [
        { kind: 'found', person: { birthDate: BORN, familyNames: ['Else'], givenNames: [['Zoe']] } },
        'different-person',
      ],
      [
        {
          kind: 'found',
          person: {
            birthDate: BORN,
            familyNames: ['Applecore'],
            givenNames: [['Tomasina']],
            died: '2020-01-01' as CalendarDate,
          },
        },
        'starts-after-death',
      ],
    ]
    for (const [answer, fault] of answers) {
      pds = answer
      expect(await judge()).toBe(fault)
    }
  })

  test('once on record for each change of mind, with the number and without a name', async () => {
    expect(await decide('same-person')).toBe(true)
    expect(await decide('same-person')).toBe(false)
    expect(await decide('another-person')).toBe(true)
    const entries = await database()
      .kysely.selectFrom('audit')
      .selectAll()
      .where('nhs_number', '=', number)
      .where('action', '=', 'decide possible match')
      .orderBy('id')
      .execute()
    expect(entries.map(({ actor, details }) => [actor, details])).toEqual([
      ['officer', { authority: ONE, decision: 'same-person' }],
      ['officer', { authority: ONE, decision: 'another-person' }],
    ])
    expect(JSON.stringify(entries)).not.toMatch(/Tom|Applecore|2019-05-01/i)
  })
})
