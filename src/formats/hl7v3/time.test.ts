import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyInstant } from './testing.ts'
import { parseFileTime, parseTimestamp, writeTimestamp } from './time.ts'

describe('a point in time (rule 3.19)', () => {
  test.each([
    ['20260602083000+0000', '2026-06-02T08:30:00Z'],
    ['20260602083000+0100', '2026-06-02T07:30:00Z'],
    ['20260602083000-0530', '2026-06-02T14:00:00Z'],
    ['20260602083000+01', '2026-06-02T07:30:00Z'],
    ['20260602083000.5+0000', '2026-06-02T08:30:00.500Z'],
    ['20260602083000.123456', '2026-06-02T07:30:00.123Z'],
    ['202606020830', '2026-06-02T07:30:00Z'],
    ['2026060208', '2026-06-02T07:00:00Z'],
    ['20260602', '2026-06-01T23:00:00Z'],
    ['202612', '2026-12-01T00:00:00Z'],
    ['2026', '2026-01-01T00:00:00Z'],
    ['20260329013000', '2026-03-29T01:30:00Z'],
    ['20261025013000', '2026-10-25T00:30:00Z'],
  ])('%s', (text, instant) => {
    expect(parseTimestamp(text)).toEqual(new Date(instant))
  })

  test.each([
    '',
    '20260',
    '2026060',
    '20260631',
    '20250229',
    '2026060224',
    '202606020860',
    '20260602083060',
    '20260602083000+0160',
    '20260602083000+1500',
    '2026-06-02T08:30:00Z',
    '18991231',
    '21000101',
    ' 20260602',
  ])('"%s" is none', text => {
    expect(parseTimestamp(text)).toBeUndefined()
  })

  test('is read as it was written', () => {
    fc.assert(
      fc.property(anyInstant, instant => {
        expect(writeTimestamp(instant)).toMatch(/^\d{14}\+0000$/)
        expect(parseTimestamp(writeTimestamp(instant))).toEqual(instant)
      }),
    )
  })
})

test('of times without an offset in the hour that comes twice nobody can say which is later: they are one moment (rule 3.6)', () => {
  const between = new Date('2026-10-25T01:00:00Z')
  for (const text of ['20261025015000', '20261025011000', '202610250100', '20261025015959'])
    expect([text, parseFileTime(text)]).toEqual([text, between])
  expect(parseFileTime('20261025005959')?.getTime()).toBeLessThan(between.getTime())
  expect(parseFileTime('20261025020000')?.getTime()).toBeGreaterThan(between.getTime())
  // Where the offset says which it is, and on any other day, nothing changes.
  for (const text of ['20261025015000+0100', '20261025015000+0000', '20260601015000'])
    expect(parseFileTime(text)).toEqual(parseTimestamp(text))
})
