import { expect, test } from 'vitest'
import type { CareTeamsOutcome, HeldPlan } from '../../client/index.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import { sortRows, worklistRow } from './worklist-row.ts'

const NUMBER = '9990000018' as NhsNumber
const NIGHT = new Date('2026-11-21T23:00:00Z')
const plan = (over: Partial<HeldPlan>): HeldPlan => ({
  type: 'CPP',
  description: 'Subject to child protection plan',
  state: 'current',
  authority: { name: 'Kent', officePhone: '1', dutyPhone: '2' },
  ...over,
})
const row = (nth: number, outcome: CareTeamsOutcome) => worklistRow(nth, NUMBER, outcome, NIGHT, [])
const held = (...plans: HeldPlan[]): CareTeamsOutcome => ({ kind: 'held', plans })

test('(rule 2.9) a person with a current plan among ended ones has a plan, and each authority all of its numbers', () => {
  const surrey = { name: 'Surrey', officePhone: '3' }
  expect(
    row(1, held(plan({ state: 'ended', end: '2026-03-01' }), plan({ authority: surrey }))),
  ).toMatchObject({
    kind: 'current',
    lines: ['Subject to child protection plan – ended 1 March 2026', 'Subject to child protection plan'],
    authorities: [
      {
        name: 'Kent',
        phones: [
          { kind: 'duty', phone: '2' },
          { kind: 'office', phone: '1' },
        ],
      },
      { name: 'Surrey', phones: [{ kind: 'office', phone: '3' }] },
    ],
  })
})

test('(rule 2.9) a plan that has not started says when it starts, and is not shown as a current one', () => {
  const coming = plan({ state: 'not-started', start: '2026-12-17' })
  expect(row(1, held(plan({ state: 'ended' }), coming))).toMatchObject({
    kind: 'not-started',
    lines: [
      'Subject to child protection plan – ended',
      'Subject to child protection plan – starts 17 December 2026',
    ],
  })
})

test.each([
  { kind: 'held', plans: [plan({})] },
  { kind: 'nothing-held' },
  { kind: 'unchecked' },
] as const)('(rule 4.9) %j by a superseded number shows the current one', outcome => {
  const words = 'PDS has superseded this NHS number. The current one is 999 000 0026.'
  expect(row(1, { ...outcome, supersededBy: '9990000026' }).lines.at(-1)).toBe(words)
  expect(row(1, outcome).lines).not.toContain(words)
})

test.each([
  [{ kind: 'could-not-look', message: 'No answer came in time' }],
  [{ kind: 'refused', status: 401, message: 'The token is over' }],
] as const)('%j is never taken for nothing held', outcome => {
  expect(row(1, outcome).kind).toBe('failed')
  expect(row(1, { kind: 'nothing-held' }).kind).toBe('nothing')
})

test('what has to be seen first can stand first', () => {
  const rows = [
    row(1, { kind: 'nothing-held' }),
    row(2, held(plan({ state: 'ended', authority: { name: 'Avon' } }))),
    row(3, { kind: 'could-not-look', message: 'x' }),
    row(4, held(plan({}))),
    row(5, held(plan({ state: 'not-started' }))),
  ]
  const order = (by: Parameters<typeof sortRows>[1]) => sortRows(rows, by).map(({ nth }) => nth)
  expect([order('list'), order('result'), order('authority')]).toEqual([
    [1, 2, 3, 4, 5],
    [4, 3, 5, 2, 1],
    [2, 4, 5, 1, 3],
  ])
})
