import { expect, test } from 'vitest'
import { DAYS_SHOWN, volumesOf } from './bars.ts'

const NOW = new Date('2026-04-01T12:00:00Z')

test('hours are put into English days, also where the clocks have changed', () => {
  const { days, charts } = volumesOf(
    [
      { hour: new Date('2026-03-31T22:00:00Z'), what: 'queries', count: 3 },
      { hour: new Date('2026-03-31T23:00:00Z'), what: 'queries', count: 4 },
      { hour: new Date('2026-03-28T23:00:00Z'), what: 'uploads', count: 5 },
      { hour: new Date('2026-01-01T00:00:00Z'), what: 'uploads', count: 999 },
    ],
    NOW,
  )
  expect(days).toHaveLength(DAYS_SHOWN)
  expect(days.slice(-2)).toMatchObject([
    { day: '2026-03-31', queries: 3 },
    { day: '2026-04-01', queries: 4 },
  ])
  expect(days.find(({ day }) => day === '2026-03-28')?.uploads).toBe(5)
  expect(charts.map(({ total }) => total)).toEqual([7, 5, 0])
})

test('one among many can still be seen, and nothing cannot', () => {
  const counts = [
    { hour: new Date('2026-03-31T12:00:00Z'), what: 'queries', count: 100_000 },
    { hour: new Date('2026-03-30T12:00:00Z'), what: 'queries', count: 1 },
  ] as const
  const [queries, uploads] = volumesOf(counts, NOW).charts
  expect(queries?.path.match(/v-\d+/g)).toEqual(['v-2', 'v-90'])
  expect(uploads?.path).toBe('')
})
