// One file, longer than 300 lines: every test hands over plans of the same made-up councils, and the longest is about all of it together.
import fc from 'fast-check'
import { v7 as newId } from 'uuid'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { expectValue } from '../../../test/support/expect-value.ts'
import { freshNhsNumber, NO_JOBS, nurse, pdsSays, queryFor } from '../../../test/support/records.ts'
import { rounds } from '../../../test/support/suite.ts'
import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import { type PlanType, unbornOf } from '../../domain/plan/plan.ts'
import type { HandOverRow, SuccessionPlan } from '../../domain/registration/succession.ts'
import type { CheckedPlan } from '../../domain/upload/upload.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import type { Storage } from '../ports.ts'
import { suspend } from './onboard-authority.ts'
import { passPlansOn } from './pass-plans-on.ts'
import { planSuccession, showSuccessions, trySuccession, undoSuccession } from './succession.ts'

const DAY = 86_400_000
const ON = '2027-04-01' as CalendarDate
/** Midnight of that day in England, where the clocks have gone forward. */
const MIDNIGHT = new Date('2027-03-31T23:00:00Z')
const days = (count: number) => new Date(MIDNIGHT.getTime() + count * DAY)

describeOnEachEngine('succession of authorities', database => {
  let storage: Storage
  let now = days(-60)
  const clock = { now: () => now }
  const deps = () => ({ storage, clock, newId })
  let made = 0
  let old: OdsCode
  let west: OdsCode
  let east: OdsCode

  beforeAll(() => {
    storage = storageOn(database(), NO_JOBS)
  })

  const authority = async (name: string, dutyPhone?: string): Promise<OdsCode> => {
    const odsCode = `S${String(++made).padStart(4, '0')}` as OdsCode
    await database()
      .kysely.insertInto('authority')
      .values({
        ods_code: odsCode,
        name,
        mailbox_id: `MB${odsCode}`,
        duty_phone: dutyPhone ?? null,
        live_since: days(-400),
      })
      .execute()
    return odsCode
  }
  beforeEach(async () => {
    now = days(-60)
    old = await authority('Surrey County Council', '01632960001')
    west = await authority('West Surrey Council', '01632960002')
    east = await authority('East Surrey Council', '01632960003')
  })

  interface Sketch {
    readonly nhsNumber: NhsNumber
    readonly start: string
    readonly type?: PlanType
    readonly end?: string
    readonly delete?: string
    readonly localId?: string
  }
  let sequence = 0
  /** Applies a file as the flow does; of a predecessor it may only take back what it made after the hand-over. */
  const file = async (by: OdsCode, createdAt: Date, plans: readonly Sketch[], nth = ++sequence) => {
    const held = await storage.authorities.find(by)
    const passedOn = held?.passedOn && createdAt >= held.passedOn.at ? held.passedOn : undefined
    const id = newId()
    await storage.uploads.stage(
      id,
      plans.map(({ nhsNumber, type = 'CPP', localId = 'L-1', ...plan }, index) => {
        const position = index + 1
        const times = {
          type,
          start: plan.start as PlanTime,
          ...(plan.end !== undefined && { end: plan.end as PlanTime }),
          ...(plan.delete !== undefined && { delete: plan.delete as PlanTime }),
        } satisfies CheckedPlan
        const checked = {
          position,
          nhsNumber,
          subject: { given: 'Wren', family: 'Testcase', birthDate: '2019-05-05' as CalendarDate, localId },
          plans: [times],
        }
        const sent = { position, plans: [times], subjects: [{ kind: 'child' as const, nhsNumber, localId }] }
        if (!passedOn) return { sent, outcome: { checked } }
        const fault = { kind: 'passed-on' as const, on: passedOn.on, to: [] }
        return { sent, outcome: { fault, unproven: checked } }
      }),
    )
    const row = await storage.authorities.find(by)
    return storage.transaction(stores =>
      stores.uploads.apply({
        id,
        authority: by,
        header: {
          createdAt,
          sequence: nth,
          recordCount: plans.length,
          authority: {
            odsCode: by,
            name: row?.name ?? by,
            dutyPhone: row?.contact?.dutyPhone ?? '01632960009',
          },
        },
        series: 'system',
        messageId: id,
        digest: 'd'.repeat(64),
        receivedAt: now,
      }),
    )
  }
  const look = async (nhsNumber: NhsNumber, at = now) => {
    const answer = await storage.queries.answer(queryFor({ at, nhsNumber, access: 'scheduled' }))
    return answer.kind === 'answered' ? answer.plans : []
  }
  /** Each plan as clinicians see it. */
  const shown = async (nhsNumber: NhsNumber, at = now) =>
    (await look(nhsNumber, at)).map(({ authority: { name, dutyPhone }, type, start, end }) =>
      [type, start.slice(0, 8), ...(end ? [`to ${end.slice(0, 8)}`] : []), name, dutyPhone].join(' '),
    )
  const toWest = (): SuccessionPlan => ({ from: old, on: ON, successors: [west], defaultSuccessor: west })
  const row = (nth: number, nhsNumber: NhsNumber, successor: OdsCode, more: Partial<HandOverRow> = {}) => ({
    row: nth,
    nhsNumber,
    type: 'CPP' as const,
    startDay: '2026-05-01' as CalendarDate,
    localId: 'L-1',
    successor,
    ...more,
  })
  /** Plans a hand-over and does it on its day. */
  const handOver = async (plan: SuccessionPlan) => {
    now = days(-30)
    expectValue(await planSuccession(deps(), plan))
    now = MIDNIGHT
    const { done } = await passPlansOn(deps())
    expect(done.map(({ from }) => from)).toContain(plan.from)
  }
  const held = async (...sketches: Partial<Sketch>[]): Promise<NhsNumber> => {
    const nhsNumber = freshNhsNumber()
    await file(
      old,
      days(-40),
      sketches.map(sketch => ({ nhsNumber, start: '202605010000', ...sketch })),
    )
    return nhsNumber
  }
  const entries = async (action: string, subject: OdsCode) =>
    (
      await database()
        .kysely.selectFrom('audit')
        .select('details')
        .where('action', '=', action)
        .where('subject', '=', subject)
        .execute()
    ).map(({ details }) => details)

  describe('on the day', () => {
    test('everything passes on, not a minute before midnight of the English day (rules 19.13 and 19.14)', async () => {
      const child = await held({})
      expectValue(await planSuccession(deps(), toWest()))
      now = new Date(MIDNIGHT.getTime() - 1)
      expect((await passPlansOn(deps())).done).toEqual([])
      expect(await shown(child)).toEqual(['CPP 20260501 Surrey County Council 01632960001'])
      now = MIDNIGHT
      expect((await passPlansOn(deps())).done).toHaveLength(1)
      expect((await passPlansOn(deps())).done).toEqual([])
      expect(await shown(child)).toEqual([
        'CPP 20260501 West Surrey Council (until 31 March 2027 Surrey County Council) 01632960002',
      ])
      expect((await storage.authorities.find(old))?.stage).toBe('passed-on')
      expect(await entries('pass plans on', old)).toEqual([
        expect.objectContaining({ on: ON, to: west, [`plans to ${west}`]: 1 }),
      ])
    })

    test('several processes do it once (rule 19.13)', async () => {
      await held({})
      expectValue(await planSuccession(deps(), toWest()))
      now = MIDNIGHT
      const done = await Promise.all([1, 2, 3, 4].map(() => passPlansOn(deps())))
      expect(done.flatMap(each => each.done)).toHaveLength(1)
      expect(await entries('pass plans on', old)).toHaveLength(1)
    })

    test('both names are told for 365 days, and then one (rule 19.14)', async () => {
      const child = await held({})
      await handOver(toWest())
      expect(await shown(child, days(364))).toEqual([
        'CPP 20260501 West Surrey Council (until 31 March 2027 Surrey County Council) 01632960002',
      ])
      expect(await shown(child, days(365))).toEqual(['CPP 20260501 West Surrey Council 01632960002'])
    })

    test('a file splits the plans, and what it does not name goes to the default successor (rule 19.15)', async () => {
      const [one, two, three] = [await held({}), await held({}), await held({})]
      const plan = {
        ...toWest(),
        successors: [west, east],
        rows: [row(2, one, west), row(3, two, east, { newLocalId: 'E-77' }), row(4, freshNhsNumber(), east)],
      }
      const tried = expectValue(await trySuccession(deps(), plan))
      expect(tried).toMatchObject({
        bySuccessor: [
          { odsCode: west, plans: 2, people: 2 },
          { odsCode: east, plans: 1, people: 1 },
        ],
        unlisted: {
          count: 1,
          plans: [{ nhsNumber: three, type: 'CPP', startDay: '2026-05-01', localId: 'L-1' }],
        },
        unmatchedRows: [4],
        differingRows: [],
        notReady: [],
      })
      expect(await storage.successions.list()).not.toContainEqual(expect.objectContaining({ from: old }))
      await handOver(plan)
      const names = async (child: NhsNumber) => (await look(child)).map(({ authority }) => authority.odsCode)
      expect([await names(one), await names(two), await names(three)]).toEqual([[west], [east], [west]])
      expect((await look(two))[0]?.subject.localId).toBe('E-77')
    })

    test('the numbers of a successor that has told none are those of its predecessor until it does (rule 19.14)', async () => {
      const silent = await authority('Silent Council')
      const child = await held({})
      await handOver({ ...toWest(), successors: [silent], defaultSuccessor: silent })
      expect(await shown(child)).toEqual([
        'CPP 20260501 Silent Council (until 31 March 2027 Surrey County Council) 01632960001',
      ])
      await file(silent, days(1), [])
      now = days(1)
      expect((await look(child))[0]?.authority.dutyPhone).toBe('01632960009')
    })

    test('a number that is no longer in use is told to the successor too, once (rule 14.2)', async () => {
      const [child, other] = [await held({}), await held({})]
      await pdsSays(database(), child, { state: 'invalid' }, days(-35))
      await handOver(toWest())
      const told = await database()
        .kysely.selectFrom('number_change')
        .select(['authority', 'nhs_number', 'message_id'])
        .where('nhs_number', 'in', [child, other])
        .orderBy('noticed_at')
        .execute()
      expect(told).toEqual([
        { authority: old, nhs_number: child, message_id: null },
        { authority: west, nhs_number: child, message_id: null },
      ])
    })

    test('a missed appointment is told to the successor, with numbers that are not empty (rule 19.14)', async () => {
      const silent = await authority('Silent Council')
      const child = await held({})
      await handOver({ ...toWest(), successors: [silent], defaultSuccessor: silent })
      const author = nurse()
      const identifier = { system: 'https://hospital.example/appointments', value: newId() }
      const appointment = { identifier, nhsNumber: child, start: days(-1) }
      const id = newId()
      await storage.missedAppointments.claim(author.organisation.odsCode, [identifier], id)
      expect(await storage.missedAppointments.keep({ id, appointment, author, reportedAt: now })).toBe(true)
      const report = await storage.missedAppointments.find(author.organisation.odsCode, identifier)
      expect(report?.told).toEqual([{ odsCode: silent, name: 'Silent Council', dutyPhone: '01632960001' }])
    })

    test('a hand-over waits for a successor that is suspended, is raised, and is done once it is live again (rule 19.13)', async () => {
      const child = await held({})
      expectValue(await planSuccession(deps(), toWest()))
      await suspend(deps(), west, 'its system is replaced')
      now = days(1)
      expect((await passPlansOn(deps())).waiting).toHaveLength(1)
      await passPlansOn(deps())
      expect(await entries('succession waits', old)).toEqual([
        expect.objectContaining({ why: `${west} suspended` }),
      ])
      expect(await shown(child)).toEqual(['CPP 20260501 Surrey County Council 01632960001'])
      const issues = (await storage.issues.find(now)).filter(({ authority: of }) => of === old)
      expect(issues.map(({ kind }) => kind)).toContain('succession-waits')
      await storage.authorities.resume(west)
      expect((await passPlansOn(deps())).done).toHaveLength(1)
    })

    test('notifications go to whoever holds the plan (rule 19.14)', async () => {
      const child = await held({})
      await handOver(toWest())
      await storage.queries.answer(queryFor({ at: now, nhsNumber: child }))
      const told = await database()
        .kysely.selectFrom('notification')
        .select('authority')
        .where('nhs_number', '=', child)
        .execute()
      expect(told).toEqual([{ authority: west }])
    })

    test('a plan passes from successor to successor, and names all of a year (rule 19.14)', async () => {
      const child = await held({})
      await handOver(toWest())
      now = days(10)
      const further = {
        from: west,
        on: '2027-06-01' as CalendarDate,
        successors: [east],
        defaultSuccessor: east,
      }
      expectValue(await planSuccession(deps(), further))
      now = days(70)
      await passPlansOn(deps())
      expect(await shown(child)).toEqual([
        'CPP 20260501 East Surrey Council (until 31 May 2027 West Surrey Council, until 31 March 2027 Surrey County Council) 01632960003',
      ])
    })
  })

  describe('what is refused (rule 19.13)', () => {
    const refusal = async (plan: Partial<SuccessionPlan>) => {
      const tried = await trySuccession(deps(), { ...toWest(), ...plan })
      const planned = await planSuccession(deps(), { ...toWest(), ...plan })
      expect(planned.ok).toBe(tried.ok)
      return tried.ok ? undefined : tried.fault.kind
    }
    test('a successor that is unknown or the same, a day that is over, a row for somebody else', async () => {
      expect(await refusal({ from: 'NOBODY' as OdsCode })).toBe('no-such-authority')
      expect(await refusal({ successors: ['NOBODY' as OdsCode] })).toBe('unknown-successor')
      expect(await refusal({ successors: [west, old] })).toBe('own-successor')
      expect(await refusal({ on: '2027-01-29' as CalendarDate })).toBe('day-is-over')
      expect(await refusal({ rows: [row(2, freshNhsNumber(), east)] })).toBe('not-a-successor')
    })
    test('a second one, a ring, and a successor that has passed its own plans on', async () => {
      expectValue(await planSuccession(deps(), toWest()))
      expect(await refusal({})).toBe('planned-already')
      expect(await refusal({ from: west, successors: [old], defaultSuccessor: old })).toBe('ring')
      now = MIDNIGHT
      await passPlansOn(deps())
      expect(await refusal({})).toBe('passed-on-already')
      expect(await refusal({ from: east, successors: [old], defaultSuccessor: old })).toBe(
        'successor-passes-on',
      )
    })
  })

  describe("the successor's own upload takes the plan over (rule 19.16)", () => {
    const NEW = 'West Surrey Council (until 31 March 2027 Surrey County Council) 01632960002'
    test.each([
      ['the same start', '202605010000', {}],
      ['the day of the hand-over as its start', '202704010900', {}],
      ['where the predecessor closed it on its last day', '202704010000', { end: '202703311700' }],
    ])('%s', async (_what, start, more) => {
      const child = await held(more)
      await handOver(toWest())
      now = days(2)
      await file(west, days(2), [{ nhsNumber: child, start, localId: 'W-1' }])
      expect(await shown(child)).toEqual([`CPP ${start.slice(0, 8)} ${NEW}`])
    })

    test('also when it came before the day', async () => {
      const child = await held({})
      now = days(-10)
      await file(west, days(-10), [{ nhsNumber: child, start: '202605010000', localId: 'W-1' }])
      expect(await look(child)).toHaveLength(2)
      await handOver(toWest())
      expect(await shown(child)).toEqual([`CPP 20260501 ${NEW}`])
    })

    test('a plan that had ended long before is another one', async () => {
      const child = await held({ end: '202611010000' })
      await handOver(toWest())
      await file(west, days(2), [{ nhsNumber: child, start: '202704010000' }])
      expect(await look(child, days(2))).toHaveLength(2)
    })

    test('of another type it is another one', async () => {
      const child = await held({})
      await handOver(toWest())
      await file(west, days(2), [{ nhsNumber: child, start: '202704010000', type: 'LAC' }])
      expect(await look(child, days(2))).toHaveLength(2)
    })

    test('where two could be meant each stays, and that is raised', async () => {
      const child = await held({}, { start: '202609010000' })
      await handOver(toWest())
      now = days(2)
      await file(west, now, [{ nhsNumber: child, start: '202704010000' }])
      expect(await look(child)).toHaveLength(3)
      const unclear = (await storage.issues.find(now)).find(
        ({ kind, authority: of }) => kind === 'succession-unclear' && of === west,
      )
      expect(unclear?.details).toEqual({ people: 1 })
    })

    test('of unborn twins each is taken over under the new local id that the file gave it', async () => {
      const mother = freshNhsNumber()
      const twin = (localId: string) =>
        ({ nhsNumber: mother, type: 'UCPP', start: '202702010000', end: '202706010000', localId }) as const
      await file(old, days(-40), [twin('T-1'), twin('T-2')])
      expect(unbornOf('UCPP', { localId: 'T-1' })).toBe('T-1')
      const about = { type: 'UCPP', startDay: '2027-02-01' as CalendarDate } as const
      await handOver({
        ...toWest(),
        rows: [
          row(2, mother, west, { ...about, localId: 'T-1', newLocalId: 'W-1' }),
          row(3, mother, west, { ...about, localId: 'T-2', newLocalId: 'W-2' }),
        ],
      })
      await file(west, days(2), [twin('W-2'), twin('W-1')])
      now = days(2)
      expect((await look(mother)).map(({ subject }) => subject.localId)).toEqual(['W-1', 'W-2'])
    })

    test('the successor ends and deletes what passed on, whether or not it sent it before', async () => {
      const [one, two] = [await held({}), await held({})]
      await handOver(toWest())
      now = days(2)
      await file(west, now, [{ nhsNumber: one, start: '202605010000', end: '202704020000' }])
      const deleted = await file(west, now, [
        { nhsNumber: two, start: '202605010000', delete: '202704020000' },
      ])
      expect(deleted).toEqual({ loaded: 1, failed: 0 })
      expect(await shown(one)).toEqual([`CPP 20260501 to 20270402 ${NEW}`])
      expect(await shown(two)).toEqual([])
    })

    test('plans of two predecessors with one start are one', async () => {
      const other = await authority('Runnymede Council', '01632960008')
      const child = await held({})
      await file(other, days(-39), [{ nhsNumber: child, start: '202605010000' }])
      expect(await look(child)).toHaveLength(2)
      now = days(-30)
      expectValue(await planSuccession(deps(), { ...toWest(), from: other }))
      await handOver(toWest())
      expect(await look(child)).toHaveLength(1)
    })
  })

  describe('the predecessor after the day (rule 19.17)', () => {
    test('its files end and delete plans, and nothing new of theirs is taken', async () => {
      const [one, two, three] = [await held({}), await held({}), freshNhsNumber()]
      await handOver(toWest())
      now = days(3)
      const outcome = await file(old, now, [
        { nhsNumber: one, start: '202605010000', end: '202703200000' },
        { nhsNumber: two, start: '202605010000', delete: '202703200000' },
        { nhsNumber: three, start: '202703250000' },
      ])
      expect(outcome).toEqual({ loaded: 2, failed: 1 })
      expect((await shown(one))[0]).toMatch(/to 20270320 West Surrey/)
      expect([await shown(two), await shown(three)]).toEqual([[], []])
    })

    test('what it takes back reaches the plan that the successor has uploaded, unless that is sent again later', async () => {
      const child = await held({})
      await handOver(toWest())
      now = days(3)
      await file(west, days(1), [{ nhsNumber: child, start: '202605010000' }])
      await file(old, days(2), [{ nhsNumber: child, start: '202605010000', end: '202703200000' }])
      expect((await shown(child))[0]).toMatch(/to 20270320 West Surrey/)
      await file(west, days(3), [{ nhsNumber: child, start: '202605010000' }])
      expect((await shown(child))[0]).toMatch(/^CPP 20260501 West Surrey/)
    })

    test('it is late no more, nor is anything else raised of it that it cannot put right', async () => {
      await held({})
      const kinds = async () =>
        (await storage.issues.find(now)).filter(({ authority: of }) => of === old).map(({ kind }) => kind)
      now = days(-20)
      expect(await kinds()).toEqual(expect.arrayContaining(['silent', 'phones-unconfirmed']))
      await handOver(toWest())
      now = days(20)
      expect(await kinds()).toEqual([])
    })
  })

  test('a file that was made before the day and comes late counts in full, and passes on (rule 19.16)', async () => {
    const child = freshNhsNumber()
    await handOver(toWest())
    now = days(1)
    await file(old, days(-1), [{ nhsNumber: child, start: '202703200000' }])
    expect((await look(child)).map(({ authority: { odsCode } }) => odsCode)).toEqual([west])
  })

  describe('undoing (rule 19.18)', () => {
    test('everything goes back but what the successor has uploaded itself, which is told before', async () => {
      const [back, stays] = [await held({}), await held({})]
      await handOver(toWest())
      now = days(5)
      await file(west, now, [{ nhsNumber: stays, start: '202704010000' }])
      const [before] = await showSuccessions(deps(), old)
      expect(before?.undo).toEqual({ goBack: 1, stay: [{ odsCode: west, plans: 1 }] })
      now = days(30)
      const undone = expectValue(await undoSuccession(deps(), old))
      expect(undone).toEqual({ withdrawn: false, goBack: 1, stay: [{ odsCode: west, plans: 1 }] })
      expect(await shown(back)).toEqual(['CPP 20260501 Surrey County Council 01632960001'])
      expect(await shown(stays)).toEqual([
        'CPP 20270401 West Surrey Council (until 31 March 2027 Surrey County Council) 01632960002',
      ])
      expect((await storage.authorities.find(old))?.stage).toBe('live')
      expect(await entries('undo succession', old)).toEqual([expect.objectContaining({ goBack: 1, stay: 1 })])
      // And it can be planned anew.
      expectValue(await planSuccession(deps(), { ...toWest(), on: '2027-06-01' as CalendarDate }))
    })

    test('not after 30 days, nor once the successor has passed the plans further', async () => {
      await handOver(toWest())
      now = days(31)
      expect(await undoSuccession(deps(), old)).toEqual({ ok: false, fault: { kind: 'too-late' } })
      now = days(10)
      const further = {
        from: west,
        on: '2027-04-11' as CalendarDate,
        successors: [east],
        defaultSuccessor: east,
      }
      expectValue(await planSuccession(deps(), further))
      await passPlansOn(deps())
      expect(await undoSuccession(deps(), old)).toEqual({
        ok: false,
        fault: { kind: 'passed-further', odsCode: west },
      })
    })

    test('one that is planned is taken back, and nothing happens on its day', async () => {
      const child = await held({})
      expectValue(await planSuccession(deps(), toWest()))
      expect(expectValue(await undoSuccession(deps(), old)).withdrawn).toBe(true)
      now = days(1)
      await passPlansOn(deps())
      expect(await shown(child)).toEqual(['CPP 20260501 Surrey County Council 01632960001'])
      expect(await undoSuccession(deps(), old)).toEqual({ ok: false, fault: { kind: 'no-succession' } })
    })
  })

  test('whatever files come, in whatever order, the end state is the same (rules 3.6 and 19.16)', async () => {
    await fc.assert(
      fc.asyncProperty(filesOfBoth(), fc.infiniteStream(fc.nat(1_000)), async (files, order) => {
        const ends: unknown[] = []
        for (const shuffled of [false, true]) {
          now = days(-60)
          const [from, to] = [
            await authority('Old Council', '01632960001'),
            await authority('New Council', '01632960002'),
          ]
          const people = [freshNhsNumber(), freshNhsNumber()]
          const send = ({ by, day, plans, nth }: (typeof files)[number]) =>
            file(
              by === 'old' ? from : to,
              days(day),
              plans.map(({ person, ...plan }) => ({ ...plan, nhsNumber: people[person] as NhsNumber })),
              nth,
            )
          // What the predecessor made after the day can only come after it; all else may come at any time.
          const late = files.filter(({ by, day }) => by === 'old' && day >= 0)
          const rest = files.filter(each => !late.includes(each))
          const queue = shuffled ? [...rest].sort(() => (order.next().value ?? 0) - 500) : rest
          const split = shuffled ? (order.next().value ?? 0) % (queue.length + 1) : queue.length
          for (const each of queue.slice(0, split)) await send(each)
          expectValue(await planSuccession(deps(), { from, on: ON, successors: [to], defaultSuccessor: to }))
          now = MIDNIGHT
          await passPlansOn(deps())
          now = days(20)
          const after = [...queue.slice(split), ...late]
          for (const each of shuffled ? after.sort(() => (order.next().value ?? 0) - 500) : after)
            await send(each)
          const end = []
          for (const person of people) end.push(await endOf(person))
          ends.push(end)
        }
        expect(ends[1]).toEqual(ends[0])
      }),
      { numRuns: rounds({ everyday: 5, rest: 60 }) },
    )
  })

  const endOf = async (nhsNumber: NhsNumber) =>
    (await look(nhsNumber, days(20)))
      .map(({ type, start, end, subject, authority: { name } }) => [type, start, end, subject.localId, name])
      .sort()
})

/** Files of a predecessor and its successor about two children, made before or after the day, each with a number of its own. */
function filesOfBoth() {
  const plan = fc.record(
    {
      person: fc.nat(1),
      start: fc.constantFrom('202605010000', '202609010000', '202704010000'),
      end: fc.constantFrom('202703310000', '202704050000'),
      delete: fc.constant('202704060000'),
      localId: fc.constantFrom('L-1', 'L-2'),
    },
    { requiredKeys: ['person', 'start', 'localId'] },
  )
  const one = fc.record({
    by: fc.constantFrom('old' as const, 'new' as const),
    day: fc.constantFrom(-20, -10, 2, 5, 9),
    plans: fc.uniqueArray(plan, { maxLength: 3, selector: ({ person, start }) => `${person} ${start}` }),
  })
  return fc
    .array(one, { minLength: 1, maxLength: 5 })
    .map(files => files.map((each, index) => ({ ...each, nth: index + 1 })))
}
