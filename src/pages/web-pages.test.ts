import Fastify from 'fastify'
import { expect, test } from 'vitest'
import type { PageDeps } from './page-deps.ts'
import { webPages } from './web-pages.ts'

const OPERATOR = { name: 'Hawthorn Imaginary', role: 'Service operator', organisation: 'Sandbox' }

function openApi(people = [{ id: 'operator', kind: 'operator', ...OPERATOR }]) {
  const server = Fastify()
  const deps = {
    signIn: {
      people,
      signIn: async (id: string) =>
        people.some(person => person.id === id) ? { kind: 'operator', ...OPERATOR, name: id } : undefined,
    },
    sessionSecret: 'a secret of this test',
    sandbox: true,
    examples: [],
    secure: true,
    fhirUrl: 'http://127.0.0.1:9/cpis/FHIR/R4',
    flows: { storage: {} },
    recordRequest: async () => undefined,
    reportFailure: () => undefined,
    now: () => new Date(),
    newId: () => 'id',
  }
  server.register(webPages(deps as unknown as PageDeps))
  return server
}

test('style sheets, which caches may keep, never carry a session and ask nobody else for anything', async () => {
  const server = openApi()
  const signedIn = await server.inject({
    method: 'POST',
    url: '/sign-in',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'person=operator',
  })
  const [cookie] = [signedIn.headers['set-cookie']].flat()
  expect(cookie).toMatch(/^__Host-cpis-session=.*; HttpOnly; Secure; SameSite=Lax/)
  const page = await server.inject({ url: '/sign-in', headers: { cookie: cookie?.split(';')[0] ?? '' } })
  expect(page.headers['set-cookie']).toBeDefined()
  expect(page.headers['cache-control']).toBe('no-store')
  const sheets = [...page.body.matchAll(/href="(\/assets\/[^"]+)"/g)].map(match => match[1] ?? '')
  expect(sheets.length).toBeGreaterThan(0)
  for (const url of sheets) {
    const sheet = await server.inject({ url, headers: { cookie: cookie?.split(';')[0] ?? '' } })
    expect([sheet.statusCode, sheet.headers['set-cookie']]).toEqual([200, undefined])
    expect(sheet.headers['cache-control']).toContain('public')
    expect(sheet.body).not.toMatch(/https?:/)
  }
})

test('a form of another site opens nothing, and no page may be framed or run a script (rule 21.5)', async () => {
  const server = openApi()
  const next = await server.inject({ url: '/sign-in' })
  expect(next.headers['content-security-policy']).toContain("default-src 'none'")
  expect(next.headers['content-security-policy']).toContain("frame-ancestors 'none'")
  const elsewhere = await server.inject({
    method: 'POST',
    url: '/sign-in',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'person=operator&next=//elsewhere.example/',
  })
  expect(elsewhere.headers.location).toBe('/operator')
})

test('of the officers of all England one is chosen in a list, on a page that stays small', async () => {
  const officers = Array.from({ length: 153 }, (_, nth) => ({
    ...OPERATOR,
    id: `officer-${nth}`,
    kind: 'authority',
    organisation: 'Bournemouth, Christchurch and Poole Council (sandbox)',
  }))
  const server = openApi([{ id: 'operator', kind: 'operator', ...OPERATOR }, ...officers])
  const { body } = await server.inject({ url: '/sign-in' })
  expect(body.length).toBeLessThan(50_000)
  expect(body.match(/type="radio"/g)).toHaveLength(1)
  for (const [payload, name] of [
    ['person=operator&person=', 'operator'],
    ['person=operator&person=officer-7', 'officer-7'],
  ]) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const signedIn = await server.inject({ method: 'POST', url: '/sign-in', headers, payload: payload ?? '' })
    const [cookie] = [signedIn.headers['set-cookie']].flat()
    const page = await server.inject({ url: '/sign-in', headers: { cookie: cookie?.split(';')[0] ?? '' } })
    expect(page.body).toContain(`cpis-who__name">${name}<`)
  }
})
