import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseNhsNumber } from '../src/domain/nhs-number.ts'
import type { OdsCode } from '../src/domain/organisation.ts'
import { PLAN_TYPES } from '../src/domain/plan/plan.ts'
import type { Answer, VisiblePlan } from '../src/domain/query/answer.ts'
import type { Author, PersonAuthor } from '../src/domain/query/requester.ts'
import { answerQuery } from '../src/flows/query/answer-query.ts'
import { RESPONSE_PLANS } from '../src/formats/hl7v3/codes.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { examplePeople } from '../src/sandbox/example-people.ts'
import { SYSTEMS } from '../src/sandbox/systems.ts'
import { openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import {
  type Learnt,
  type LearntPlan,
  learntFromMiniService,
  learntFromSpine,
  texts,
} from './support/plain-answer.ts'
import { plainMiniServiceQuery, plainSpineQuery } from './support/plain-query.ts'
import { NO_LOOK_UP } from './support/records.ts'
import { makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'
import { type PlainAnswer, runPython, TOOLKITS, type Toolkit, ZEEP_MISSING } from './support/soap-toolkits.ts'

const GUIDE = readFileSync(new URL('../docs/hl7v3.md', import.meta.url), 'utf8')
const [WARD] = SYSTEMS
if (!WARD) throw new Error('The sandbox has a ward')

const NURSE: PersonAuthor = {
  kind: 'person',
  userId: '000000000001',
  name: { prefix: 'Nurse', given: ['Tansy', 'Briar'], family: 'Testcase' },
  jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
  organisation: { odsCode: 'X9Z01' as OdsCode, name: 'SANDBOX GENERAL HOSPITAL' },
}
const BY_ITSELF: Author = {
  kind: 'system',
  asid: WARD.asid,
  organisation: NURSE.organisation,
  responsible: [{ name: NURSE.name, jobRole: NURSE.jobRole }],
}
/** In the range of made-up numbers, and nobody's. */
const NOBODY = '9999999980'

/** How each interface is asked by whoever is registered, or not; what becomes of it is learnt from plain objects. */
const INTERFACES = [
  {
    door: 'Spine messaging',
    refusal: '1',
    failure: { kind: 'fault', codes: ['200'] },
    ask: async (toolkit: Toolkit, { service }: RunningService, author: Author, nhsNumber: string) => {
      const query = plainSpineQuery(service, WARD.asid, { author, nhsNumber, newId })
      return learntFromSpine(await toolkit.ask(query))
    },
    askUnregistered: async (toolkit: Toolkit, { service }: RunningService, nhsNumber: string) => {
      const query = plainSpineQuery(service, '999000000099', { author: NURSE, nhsNumber, newId })
      return learntFromSpine(await toolkit.ask(query))
    },
  },
  {
    door: 'the mini service',
    refusal: 'SMSP-0005',
    failure: { kind: 'refused', codes: ['CPIS-9999'] },
    ask: async (toolkit: Toolkit, { service }: RunningService, author: Author, nhsNumber: string) => {
      const query = plainMiniServiceQuery(service, 'X9Z01', { author, nhsNumber, newId })
      return learntFromMiniService(await toolkit.ask(query))
    },
    askUnregistered: async (toolkit: Toolkit, { service }: RunningService, nhsNumber: string) => {
      const query = plainMiniServiceQuery(service, 'X9Z99', { author: NURSE, nhsNumber, newId })
      return learntFromMiniService(await toolkit.ask(query))
    },
  },
] as const satisfies readonly { failure: Learnt; [name: string]: unknown }[]

let place: Place
let running: RunningService
/** A person for each kind of plan. */
let held: readonly string[]

beforeAll(async () => {
  place = await makePlace('embedded')
  running = await startIn(place, { CPIS_SANDBOX_CHILDREN: '60' })
  const { sandbox } = running.service
  if (!sandbox) throw new Error('The service of this test has a sandbox')
  for (const { authority, header, records } of sandbox.population.uploads) {
    const desk = await openDesk(running.service, authority)
    await desk.upload(await collected(writeUpload(header, records)))
  }
  const people = new Map<string, string>()
  for (const { nhsNumber } of examplePeople(sandbox.population).filter(person => !person.restricted)) {
    for (const { type } of (await truth(nhsNumber)).plans) people.set(type, nhsNumber)
  }
  expect([...people.keys()].sort()).toEqual([...PLAN_TYPES].sort())
  held = [...new Set(people.values())]
})
afterAll(async () => {
  await running.stop()
  await place.remove()
})

/** What the store holds, asked in silence and without any interface. */
async function truth(digits: string): Promise<Answer> {
  const { storage } = running.service.store
  const nhsNumber = parseNhsNumber(digits)
  if (!nhsNumber.ok) throw new Error('The sandbox has valid numbers')
  const answered = await answerQuery(
    {
      queries: storage.queries,
      audit: storage.audit,
      clock: { now: () => new Date() },
      newId,
      lookUp: NO_LOOK_UP,
    },
    {
      requester: { author: NURSE, activities: new Set(['B0170']) },
      nhsNumber: nhsNumber.value,
      access: 'scheduled',
      via: 'operations',
      action: 'compare',
      traceId: newId(),
    },
  )
  if (!answered.ok) throw new Error('A scheduled query is allowed here')
  return answered.value
}

/** Does something while the database answers every query with an error. */
async function withoutPlans(act: () => Promise<void>): Promise<void> {
  const { kysely } = running.service.store.database
  await sql`alter table plan rename to elsewhere`.execute(kysely)
  try {
    await act()
  } finally {
    await sql`alter table elsewhere rename to plan`.execute(kysely)
  }
}

function learntPlan({ type, start, end, subject, authority }: VisiblePlan): LearntPlan {
  const { given, family, birthDate } = subject
  const { odsCode, dutyPhone } = authority
  const birthTime = birthDate.replaceAll('-', '')
  return { type, start, end, given, family, birthTime, odsCode, dutyPhone: `tel:${dutyPhone}` }
}

const inOrder = (plans: readonly LearntPlan[]) => plans.map(plan => JSON.stringify(plan)).sort()

describe.each(TOOLKITS)('$name, which knows of an interface its description alone', toolkit => {
  describe.skipIf(toolkit.missing).each(INTERFACES)(
    'asks $door',
    ({ ask, askUnregistered, refusal, failure }) => {
      test('and learns of a person what is held, field by field, and who looked', async () => {
        for (const nhsNumber of held) {
          const learnt = await ask(toolkit, running, NURSE, nhsNumber)
          const { plans, accesses } = await truth(nhsNumber)
          expect(learnt.kind).toBe('held')
          if (learnt.kind !== 'held') return
          expect(inOrder(learnt.plans)).toEqual(inOrder(plans.map(learntPlan)))
          expect(learnt.accesses).toEqual(accesses.map(({ id }) => id.toUpperCase()))
          expect(learnt.accesses.length).toBeGreaterThan(0)
          expect(accesses.map(({ author }) => author)).toContainEqual(NURSE)
        }
      })

      test('as a system by itself', async () => {
        const [nhsNumber = ''] = held
        expect(await ask(toolkit, running, BY_ITSELF, nhsNumber)).toMatchObject({ kind: 'held' })
        expect((await truth(nhsNumber)).accesses.map(({ author }) => author)).toContainEqual(BY_ITSELF)
      })

      test('and learns that nothing is held', async () => {
        expect(await ask(toolkit, running, NURSE, NOBODY)).toMatchObject({ kind: 'not-held' })
      })

      test('and is refused where it is not registered, whomever it asks for', async () => {
        const refused = { kind: 'refused', codes: [refusal] }
        for (const nhsNumber of [held[0] ?? '', NOBODY]) {
          expect(await askUnregistered(toolkit, running, nhsNumber)).toEqual(refused)
        }
      })

      test('and is told when the service could not look, whomever it asks for (rule 4.3)', async () => {
        await withoutPlans(async () => {
          for (const nhsNumber of [held[0] ?? '', NOBODY]) {
            expect(await ask(toolkit, running, NURSE, nhsNumber)).toEqual(failure)
          }
        })
      })
    },
  )

  test.skipIf(toolkit.missing)('raises a fault where an envelope is wrong', async () => {
    const { service } = running
    const asked = { author: NURSE, nhsNumber: NOBODY, newId }
    const elsewhere = { ...service, config: { ...service.config, spineAsid: WARD.asid } }
    const spine = await toolkit.ask(plainSpineQuery(elsewhere, WARD.asid, asked))
    const miniService = await toolkit.ask(plainMiniServiceQuery(service, undefined, asked))
    expect([spine, miniService]).toMatchObject([
      { kind: 'fault', code: 'soap:Client' },
      { kind: 'fault', code: 'soap:Client' },
    ])
    expect(learntFromSpine(spine)).toEqual({ kind: 'fault', codes: ['201'] })
    expect(learntFromMiniService(miniService)).toEqual({ kind: 'fault', codes: ['DE0004'] })
  })

  test.skipIf(toolkit.missing)(
    'raises a fault where a service is not offered, which is 101 (rule 11.2)',
    async () => {
      const { service } = running
      const description = await fetch(`${service.baseUrl}/sync-service?wsdl`).then(response =>
        response.text(),
      )
      const elsewhere = createServer((_request, response) =>
        response
          .setHeader('content-type', 'text/xml')
          .end(description.replaceAll(/(soapAction="[^"]*)GB01"/g, '$1GB99"')),
      )
      await once(elsewhere.listen(0, '127.0.0.1'), 'listening')
      try {
        const query = plainSpineQuery(service, WARD.asid, { author: NURSE, nhsNumber: NOBODY, newId })
        const { port } = elsewhere.address() as AddressInfo
        const answer = await toolkit.ask({ ...query, wsdl: `http://127.0.0.1:${port}/?wsdl` })
        expect(learntFromSpine(answer)).toEqual({ kind: 'fault', codes: ['101'] })
      } finally {
        elsewhere.close()
      }
    },
  )

  test.skipIf(toolkit.missing)(
    'sends its message again, and is answered as the same access (rules 11.5 and 11.9)',
    async () => {
      const [nhsNumber = ''] = held
      const asked = plainSpineQuery(running.service, WARD.asid, { author: NURSE, nhsNumber, newId })
      // As the public clients of the national service have them.
      const query = { ...asked, header: { ...asked.header, From: { Address: '' }, ReplyTo: { Address: '' } } }
      const idIn = (answer: PlainAnswer) =>
        answer.kind === 'answer' &&
        texts(
          answer.body,
          'REPC_IN000007GB01',
          'ControlActEvent',
          'subject',
          'CP-ISNHSQueryResponse',
          'id',
          'root',
        )
      const [first, again] = [await toolkit.ask(query), await toolkit.ask(query)]
      expect(idIn(first)).toEqual([expect.stringMatching(/^[0-9A-F-]{36}$/)])
      expect(idIn(again)).toEqual(idIn(first))
      const other = plainSpineQuery(running.service, WARD.asid, { author: NURSE, nhsNumber: NOBODY, newId })
      const refused = await toolkit.ask({ ...query, body: other.body })
      expect(learntFromSpine(refused)).toEqual({ kind: 'refused', codes: ['202'] })
    },
  )

  test.skipIf(toolkit.missing)('learns that its number is missing a digit', async () => {
    const query = plainSpineQuery(running.service, WARD.asid, {
      author: NURSE,
      nhsNumber: '9990000019',
      newId,
    })
    expect(learntFromSpine(await toolkit.ask(query))).toEqual({
      kind: 'refused',
      codes: ['ErrorBase1712.MANDATORY_DATA_MISSING'],
    })
  })

  test.skipIf(toolkit.missing)('finds in the header what an answer belongs to', async () => {
    const query = plainSpineQuery(running.service, WARD.asid, { author: NURSE, nhsNumber: NOBODY, newId })
    const answer = await toolkit.ask(query)
    if (answer.kind !== 'answer') throw new Error('The service is running')
    expect(texts(answer.header, 'RelatesTo')).toEqual(texts(query.header, 'MessageID'))
  })
})

describe.skipIf(ZEEP_MISSING)('the program of the guide', () => {
  const [program = ''] = GUIDE.match(/(?<=```python\n).*?(?=```)/s) ?? []
  const run = (change: (text: string) => string) =>
    runPython(['-'], change(program.replace('http://127.0.0.1:8080', running.service.baseUrl)))

  test('says what is held, and whom to phone', async () => {
    const { plans } = await truth('9990000018')
    const lines = (await run(text => text)).trim().split('\n')
    expect(lines.sort()).toEqual(
      plans
        .map(
          ({ type, authority }) =>
            `${RESPONSE_PLANS[type].contentId} ${authority.name} tel:${authority.dutyPhone}`,
        )
        .sort(),
    )
    expect(lines.length).toBeGreaterThan(0)
  })

  test('says in words of its own that nothing is held, that it is refused, and that its message is wrong', async () => {
    expect(await run(text => text.replace('9990000018', NOBODY))).toBe('No information held.\n')
    expect(await run(text => text.replace('999000000011', '999000000099'))).toBe("['Access denied']\n")
    const wrong = run(text => text.replace('999000000001', '999000000002'))
    await expect(wrong).rejects.toThrow('The message is wrong.')
  })

  test('says when nobody could look (rule 4.3)', async () => {
    await withoutPlans(() => expect(run(text => text)).rejects.toThrow('Nobody could look: ask again.'))
  })
})

test('no person is in the log (rule 8.2)', () => {
  const log = running.logLines.join('')
  expect(log).toContain('/smsp/cpis')
  for (const secret of [...held, NOBODY, 'Testcase']) expect(log).not.toContain(secret)
})
