import { describe, expect, test } from 'vitest'
import { FILE_FAULTS } from './faults.testing.ts'
import { codeOfFileFault, type UploadFileFault } from './file-faults.ts'
import { FILE_REASONS, fileReasonOf } from './file-reasons.ts'
import { reasonFrom } from './reason.ts'
import { complaintsAbout, gradeOf } from './testing.ts'

const all = Object.values(FILE_FAULTS).flatMap(([words, ...faults]) =>
  faults.map(fault => ({ words, fault: fault as UploadFileFault })),
)

describe('rules 3.10, 3.13 and 3.14: every fault of a file says what is wrong, where and what to do', () => {
  test.each(all)('$fault.kind', ({ words, fault }) => {
    expect(fileReasonOf(fault)).toContain(words)
    expect(complaintsAbout(reasonFrom(FILE_REASONS, fault))).toEqual([])
    // A file that is refused is a file to be sent again.
    expect(reasonFrom(FILE_REASONS, fault).remedy).toMatch(/\b[Ss]end\b/)
  })

  test('somebody of ten can read them', () => {
    expect(gradeOf(all.map(({ fault }) => fileReasonOf(fault)).join(' '))).toBeLessThan(5)
  })

  test('no two faults read alike', () => {
    expect(new Set(all.map(({ fault }) => fileReasonOf(fault))).size).toBe(all.length)
  })

  test('only an outage of PDS is CPF05, and everything else CPF01', () => {
    for (const { fault } of all) {
      expect(codeOfFileFault(fault)).toBe(fault.kind === 'pds-unavailable' ? 'CPF05' : 'CPF01')
    }
  })

  test('the number that is meant is named, and the day of the earlier file', () => {
    expect(fileReasonOf({ kind: 'bad-phone', phone: 'duty', line: 8 })).toMatch(/^Emergency duty number /)
    expect(fileReasonOf({ kind: 'bad-phone', phone: 'other', line: 8 })).toMatch(/^Phone number /)
    const earlierCreatedAt = new Date('2026-06-30T23:30:00Z')
    expect(fileReasonOf({ kind: 'sequence-reused', earlierCreatedAt })).toContain(' on 1 July 2026. ')
  })
})
