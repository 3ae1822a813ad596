import { expect, test } from 'vitest'
import {
  activitiesThrough,
  type ClientSystem,
  parseAsid,
  parseCertificateFingerprint,
} from './client-system.ts'

const DIGEST = '0123456789ABCDEF'.repeat(4)
const WITH_COLONS = (DIGEST.match(/../g) ?? []).join(':')

test.each([
  ['999000000011', true],
  ['99900000001', false],
  ['9990000000111', false],
  ['A99000000011', false],
  ['', false],
])('rule 9.5: "%s" is an ASID: %s', (text, is) => {
  expect(parseAsid(text)).toBe(is ? text : undefined)
})

test.each([
  DIGEST,
  DIGEST.toLowerCase(),
  WITH_COLONS,
  WITH_COLONS.toLowerCase(),
])('rule 9.7: a fingerprint is read with or without colons, in either case: %s', text => {
  expect(parseCertificateFingerprint(text)).toBe(DIGEST)
})

test.each([
  '',
  DIGEST.slice(1),
  `0${DIGEST}`,
  `${DIGEST}0`,
  DIGEST.replace('F', 'G'),
  WITH_COLONS.slice(3),
  WITH_COLONS.slice(1),
  WITH_COLONS.slice(0, -1),
  `00:${WITH_COLONS}`,
  `${WITH_COLONS}:00`,
  `${WITH_COLONS}0`,
  WITH_COLONS.replace('01:', 'G1:'),
  WITH_COLONS.replace(/EF$/, 'EG'),
  WITH_COLONS.replace('01:', '1:'),
  DIGEST.replace('0123', '01:23'),
  '01:23',
  '0',
])('rule 9.7: "%s" is no fingerprint', text => {
  expect(parseCertificateFingerprint(text)).toBeUndefined()
})

test('rule 9.5: whoever asks through a system may do what it is registered for, and no more', () => {
  const through = (...allows: ClientSystem['allows']) =>
    [...activitiesThrough({ allows } as ClientSystem)].sort()
  expect(through('unscheduled')).toEqual(['B0107'])
  expect(through('scheduled')).toEqual(['B0170'])
  expect(through('scheduled', 'unscheduled')).toEqual(['B0107', 'B0170'])
})
