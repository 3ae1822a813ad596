import { expect, test } from 'vitest'
import { type AuthorityFields, newAuthority, readAuthorityForm, readSettingsForm } from './authority-form.ts'
import { ENGLAND } from './england-tiles.ts'

const TYPED: AuthorityFields = {
  ...newAuthority(),
  odsCode: 'x9l01',
  name: 'Made-up County',
  mailboxId: 'x9l01ot001',
}
const read = (fields: Partial<AuthorityFields>) => readAuthorityForm({ ...TYPED, ...fields })

test('what was typed is an authority, and what is empty is not said', () => {
  expect(read({})).toEqual({
    ok: true,
    value: {
      odsCode: 'X9L01',
      name: 'Made-up County',
      mailboxId: 'X9L01OT001',
      intervalHours: 48,
      mode: 'delta',
      toldAt: 'mailbox',
    },
  })
  const codes = { gssCode: 'e10000016', dfeCode: '886', wave: 'spring', intervalHours: '24' }
  expect(read({ ...codes, toldAt: 'desk', mode: 'snapshot' })).toMatchObject({
    value: { gssCode: 'E10000016', dfeCode: '886', wave: 'spring', intervalHours: 24, toldAt: 'desk' },
  })
})

test('an authority of the map brings its name and its code', () => {
  const kent = ENGLAND.find(({ name }) => name === 'Kent')
  expect(newAuthority(kent)).toMatchObject({ name: 'Kent', dfeCode: '886', odsCode: '', mailboxId: '' })
})

test('everything that is wrong is told at once, each at its field and in the order of the form', () => {
  const found = read({ odsCode: '', name: '', mailboxId: 'not one', gssCode: 'W06000001', dfeCode: '88' })
  expect(found.ok ? [] : found.fault.map(({ field }) => field)).toEqual([
    'odsCode',
    'name',
    'mailboxId',
    'gssCode',
    'dfeCode',
  ])
})

test.each<[Partial<AuthorityFields>, string, string]>([
  [{ odsCode: 'X' }, 'odsCode', 'An ODS code is two to twelve letters and digits'],
  [{ intervalHours: '' }, 'intervalHours', 'An interval is a whole number of hours'],
  [{ intervalHours: '1.5' }, 'intervalHours', 'An interval is a whole number of hours'],
  [{ intervalHours: '0' }, 'intervalHours', 'An interval is at least 1 hour'],
  [{ intervalHours: '745' }, 'intervalHours', 'An interval is at most 744 hours: 31 days'],
  [{ mode: '' }, 'mode', 'A mode is delta (what changed) or snapshot (all that is held)'],
  [{ toldAt: 'pigeon' }, 'toldAt', 'An authority is told in its mailbox or at its desk'],
  [{ wave: 'x'.repeat(61) }, 'wave', 'A wave has a short name'],
])('%o is told at %s', (fields, field, text) => {
  expect(read(fields)).toEqual({ ok: false, fault: [{ field, text }] })
})

test('settings that were emptied are taken away; an interval cannot be', () => {
  const { odsCode: _code, name: _name, mailboxId: _mailbox, ...settings } = TYPED
  expect(readSettingsForm(settings)).toEqual({
    ok: true,
    value: {
      gssCode: null,
      dfeCode: null,
      wave: null,
      children: null,
      intervalHours: 48,
      mode: 'delta',
      toldAt: 'mailbox',
    },
  })
  expect(readSettingsForm({ ...settings, wave: 'spring' })).toMatchObject({ value: { wave: 'spring' } })
  expect(readSettingsForm({ ...settings, children: '327' })).toMatchObject({ value: { children: 327 } })
  for (const wrong of [{ intervalHours: '' }, { children: 'many' }, { children: '0' }])
    expect(readSettingsForm({ ...settings, ...wrong })).toMatchObject({ ok: false })
})
