import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { eventsApi } from './events-api.ts'

const TOKEN = 'a token of at least sixteen'
const EVENT = { id: 'E-1', type: 'nhs-number-change-1', subject: '9990000018', data: { versionId: 'W/"2"' } }

function openApi(broken: { store?: boolean; audit?: boolean; token?: string | undefined } = {}) {
  const announced: object[] = []
  const entries: object[] = []
  const failures: unknown[] = []
  const server = Fastify()
  const deps = {
    token: 'token' in broken ? broken.token : TOKEN,
    announceNumberChange: async (event: object) => {
      if (broken.store) throw new Error('no connection while announcing 9990000018')
      announced.push(event)
    },
    recordRequest: async (entry: object) => {
      if (broken.audit) throw new Error('the audit log cannot be written')
      entries.push(entry)
    },
    reportFailure: (error: unknown) => failures.push(error),
  }
  server.register(eventsApi(deps), { prefix: '/events' })
  const post = (payload: unknown, authorization = `Bearer ${TOKEN}`) =>
    server.inject({
      method: 'POST',
      url: '/events/nhs-number-change',
      headers: { 'content-type': 'application/json', authorization },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    })
  return { server, post, announced, entries, failures }
}

test('a change is taken, and the answer says nothing of the person (rule 14.3)', async () => {
  const { post, announced, entries } = openApi()
  const answered = await post(EVENT)
  expect([answered.statusCode, answered.json()]).toEqual([202, { id: 'E-1' }])
  expect(announced).toEqual([{ id: 'E-1', nhsNumber: '9990000018' }])
  expect(entries).toEqual([])
})

test.each<[string, unknown, number]>([
  ['no JSON', '<event/>', 400],
  ['nothing', {}, 400],
  ['another event', { ...EVENT, type: 'pds-record-change-2' }, 400],
  ['no NHS number', { ...EVENT, subject: '9990000017' }, 400],
  ['no id', { ...EVENT, id: '' }, 400],
  ['far too much', { ...EVENT, data: 'x'.repeat(70_000) }, 400],
])('%s is refused, quotes nothing and leaves an entry', async (_name, event, status) => {
  const { post, announced, entries } = openApi()
  const answered = await post(event)
  expect(answered.statusCode).toBe(status)
  expect(answered.body).not.toContain('999000')
  expect(announced).toEqual([])
  expect(entries).toEqual([
    { via: 'events', action: expect.any(String), outcome: 'refused', reason: 'not readable' },
  ])
})

test.each([
  ['a wrong token', 'Bearer another token here', TOKEN],
  ['none', '', TOKEN],
  ['one where nobody may announce', 'Bearer undefined', undefined],
])('%s opens nothing', async (_name, authorization, token) => {
  const { post, announced, entries } = openApi({ token })
  expect((await post(EVENT, authorization)).statusCode).toBe(401)
  expect(announced).toEqual([])
  expect(entries).toMatchObject([{ outcome: 'refused', reason: 'token missing or wrong' }])
})

test('what cannot be kept is to be sent again, and what cannot be recorded is not answered otherwise (rule 8.1)', async () => {
  for (const broken of [{ store: true }, { audit: true, token: undefined }]) {
    const { post, failures } = openApi(broken)
    const answered = await post(EVENT)
    expect([answered.statusCode, answered.json()]).toEqual([503, { error: expect.stringContaining('again') }])
    expect(answered.body).not.toContain('999000')
    expect(failures.length).toBeGreaterThan(0)
  }
})

test('nothing else is served', async () => {
  const { server, entries } = openApi()
  expect((await server.inject({ method: 'GET', url: '/events/nhs-number-change' })).statusCode).toBe(404)
  expect(entries).toMatchObject([{ action: 'unknown request', reason: 'not served' }])
})
