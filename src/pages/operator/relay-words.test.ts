import { expect, test } from 'vitest'
import { relayTrouble } from './relay-words.ts'

const NOON = new Date('2026-03-02T12:00:00Z')
const after = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)

test('a server that has not answered for 40 seconds is said not to have, and since when (rule 18.9)', () => {
  const what = 'It has not answered what it was asked then.'
  expect(relayTrouble({ askedAt: NOON }, after(40))).toMatchObject({ since: NOON, what })
  expect(relayTrouble({ sendingSince: NOON }, after(40))).toMatchObject({ since: NOON, what })
  expect(relayTrouble({ askedAt: after(30), sendingSince: NOON }, after(40))).toMatchObject({ since: NOON })
  expect(relayTrouble({ askedAt: NOON, sendingSince: after(1) }, after(5))).toBeUndefined()
  expect(relayTrouble({}, after(40))).toBeUndefined()
})

test.each([
  ['unavailable', /does not answer as it should/, /nothing is lost/],
  ['incomplete', /cannot be fetched whole/, /the log of the service/],
  ['not-let-in', /does not let us in/, /password/],
  ['untrusted-certificate', /certificate of the service is not trusted/, /CPIS_MESH_CLIENT_AUTHORITIES/],
  ['expired-certificate', /has expired/, /clock/],
  ['certificate-of-another-name', /another host name/, /CPIS_MESH_URL/],
  ['name-not-found', /host name was not found/, /DNS/],
])('the fault %s is told in words, with what to do', (kind, what, todo) => {
  const trouble = relayTrouble({ fault: { kind, since: NOON }, askedAt: after(10) }, after(60))
  expect(trouble?.since).toEqual(NOON)
  expect(trouble?.what).toMatch(what)
  expect(trouble?.todo).toMatch(todo)
})
