import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OdsCode } from '../organisation.ts'
import { compareIssues, type Finding, ISSUE_KINDS, type Issue, issueKey } from './issue.ts'
import { issueWords } from './issue-words.ts'

/** What a round leaves open: what stays, as it is now, and what is new. */
function afterwards(open: readonly Issue[], found: readonly Finding[], at = new Date(0)): Issue[] {
  const { raise, update, clear } = compareIssues(open, found)
  const state = new Map(open.map(issue => [issueKey(issue), issue]))
  for (const issue of clear) state.delete(issueKey(issue))
  for (const finding of update)
    state.set(issueKey(finding), { ...finding, raisedAt: state.get(issueKey(finding))?.raisedAt ?? at })
  for (const finding of raise) state.set(issueKey(finding), { ...finding, raisedAt: at })
  return [...state.values()]
}

const keys = (list: readonly Finding[]) => list.map(issueKey).sort()

const finding = fc
  .record({
    authority: fc.constantFrom('801', '802', '803'),
    kind: fc.constantFrom(...ISSUE_KINDS),
    subject: fc.constantFrom('', 'CPIS_UPLOAD_ACK'),
    since: fc.integer({ min: 0, max: 3 }).map(day => new Date(day * 86_400_000)),
    count: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ count, ...found }) => ({ ...found, details: { records: count } }) as unknown as Finding)
const findings = fc.uniqueArray(finding, { selector: issueKey, maxLength: 8 })
const concerns = findings.map(list => list.map(found => ({ ...found, raisedAt: new Date(1) })))

describe('raising and clearing (rule 16.1)', () => {
  test('whatever was open, a round leaves open just what is wrong now, and keeps when it was raised', () => {
    fc.assert(
      fc.property(concerns, findings, (open, found) => {
        const now = afterwards(open, found)
        expect(keys(now)).toEqual(keys(found))
        for (const { raisedAt, ...issue } of now) {
          expect(found).toContainEqual(issue)
          const before = open.find(one => issueKey(one) === issueKey(issue as Finding))
          expect(raisedAt).toEqual(before?.raisedAt ?? new Date(0))
        }
      }),
    )
  })

  test('looking again changes nothing, in whatever order and however often a thing is found', () => {
    fc.assert(
      fc.property(concerns, findings, fc.nat(), (open, found, turn) => {
        const now = afterwards(open, found)
        const again = [...found.slice(turn % 8), ...found.slice(0, turn % 8), ...found]
        expect(compareIssues([...now].reverse(), again)).toEqual({ raise: [], update: [], clear: [] })
      }),
    )
  })

  test('what is found again is updated where any of its details or its time is another', () => {
    const authority = '801' as OdsCode
    const found = (messages: number, handedOn: boolean, day = 1): Finding => ({
      kind: 'not-collected',
      authority,
      subject: '',
      since: new Date(day * 86_400_000),
      details: { messages, handedOn },
    })
    const open = [{ ...found(1, false), raisedAt: new Date(0) }]
    const updated = (finding: Finding) => compareIssues(open, [finding]).update.length
    expect(updated(found(1, false))).toBe(0)
    expect(updated(found(2, false))).toBe(1)
    expect(updated(found(1, true))).toBe(1)
    expect(updated(found(1, false, 2))).toBe(1)
    const fewer = { ...found(1, false), details: { messages: 1 } } as unknown as Finding
    expect(updated(fewer)).toBe(1)
  })

  test('the order of what is found does not decide what is raised and cleared', () => {
    fc.assert(
      fc.property(concerns, findings, (open, found) => {
        const one = compareIssues(open, found)
        const other = compareIssues([...open].reverse(), [...found].reverse())
        for (const part of ['raise', 'update', 'clear'] as const)
          expect(keys(other[part])).toEqual(keys(one[part]))
      }),
    )
  })
})

describe('a concern in words', () => {
  const since = new Date('2026-06-01T00:00:00Z')
  const of = <Kind extends Finding['kind']>(
    kind: Kind,
    details: Extract<Finding, { kind: Kind }>['details'],
    subject = '',
  ) => issueWords({ kind, authority: '801' as OdsCode, subject, since, details } as Finding)

  test.each([
    [of('silent', { intervalHours: 48, everApplied: true }), 'more than 48 hours'],
    [of('silent', { intervalHours: 1, everApplied: false }), 'went live more than 1 hour ago'],
    [of('sequence-gap', { missing: 3, gaps: 2, newest: '9, 5 to 6' }), '3 files missing'],
    [
      of('sequence-gap', { missing: 1, gaps: 1, newest: '9' }),
      '1 file missing between those that were applied: 9.',
    ],
    [
      of('not-collected', { messages: 2, handedOn: false }),
      '2 messages in the mailbox for more than 24 hours.',
    ],
    [
      of('not-collected', { messages: 1, handedOn: true }),
      'hours, which the MESH server elsewhere has not taken',
    ],
    [of('not-delivered', {}, 'CPIS_ACCESS_NOTIFICATION'), 'CPIS_ACCESS_NOTIFICATION'],
    [of('desk-not-looked-at', { items: 2 }), '2 things at the desk, overdue for more than 24 hours'],
    [of('phones-unconfirmed', { why: 'never' }), 'Nobody has confirmed'],
    [of('phones-unconfirmed', { why: 'changed' }), 'have changed'],
    [of('phones-unconfirmed', { why: 'long-ago' }), 'more than 90 days ago'],
    [of('match-rate', { matched: 18, records: 19 }), '18 of 19 NHS numbers are right (94.7 %)'],
    [of('old-failures', { records: 1 }), '1 record failing for more than 7 days'],
    [
      of('succession-waits', { on: '2027-04-01', why: '802 suspended' }),
      'from 1 April 2027. They wait for a successor that is not live: 802 suspended',
    ],
    [of('succession-unclear', { people: 1 }), '1 person with plans that passed on'],
    [of('succession-unlisted', { plans: 1 }), 'does not name it.'],
    [of('succession-unlisted', { plans: 2 }), 'does not name them.'],
  ])('says what is wrong and what to do: %j', ({ what, todo }, words) => {
    expect(what).toContain(words)
    expect(todo).toMatch(/^[A-Z].+\.$/)
  })
})
