import { expect, test } from 'vitest'
import type { ClientSystem } from '../../domain/registration/client-system.ts'
import { SYSTEMS } from '../../sandbox/systems.ts'
import {
  type ClientFields,
  clientFieldsOf,
  fieldsOfClient,
  NEW_CLIENT,
  readClientForm,
} from './client-form.ts'

const TYPED: ClientFields = {
  ...NEW_CLIENT,
  asid: '999000000077',
  partyKey: 'X9Z01-999001',
  odsCode: 'x9z01',
  organisationName: 'Sandbox Hospital',
  allows: ['unscheduled'],
}
const CONTRACT = { cpaId: 'S0077A999001', callback: 'https://hospital.example/answers' }
const read = (fields: Partial<ClientFields>) => readClientForm({ ...TYPED, ...fields })

test('a system that is answered at once needs no contract', () => {
  expect(read({})).toEqual({
    ok: true,
    value: {
      asid: '999000000077',
      partyKey: 'X9Z01-999001',
      organisation: { odsCode: 'X9Z01', name: 'Sandbox Hospital' },
      allows: ['unscheduled'],
      exchanges: ['synchronous'],
    } satisfies Record<keyof Omit<ClientSystem, 'contract' | 'certificate'>, unknown>,
  })
})

test('one that is answered later has the usual contract unless something else is typed', () => {
  expect(read({ ...CONTRACT, exchanges: ['asynchronous'], retries: '5' })).toMatchObject({
    value: {
      contract: {
        ...CONTRACT,
        reliability: 'reliable',
        retries: 5,
        retryIntervalSeconds: 10,
        persistSeconds: 300,
      },
    },
  })
})

test('every system of the sandbox is the same after it was shown and sent', () => {
  const fingerprint = 'AB'.repeat(32)
  for (const system of [...SYSTEMS, { ...SYSTEMS[0], certificate: fingerprint } as ClientSystem]) {
    expect(readClientForm(fieldsOfClient(system))).toEqual({ ok: true, value: system })
  }
})

test('a form is read by its boxes and its fields', () => {
  const sent: Record<string, string> = {
    'allows-scheduled': 'yes',
    'exchanges-mini-service': 'yes',
    asid: '1',
  }
  expect(clientFieldsOf(name => sent[name] ?? '')).toMatchObject({
    asid: '1',
    odsCode: '',
    retries: '',
    allows: ['scheduled'],
    exchanges: ['mini-service'],
  })
})

test.each<[Partial<ClientFields>, string, string]>([
  [{ asid: '99900000007' }, 'asid', 'An ASID is twelve digits'],
  [{ partyKey: 'a key' }, 'partyKey', 'A party key is letters, digits and hyphens'],
  [{ odsCode: '' }, 'odsCode', 'An ODS code is two to twelve letters and digits'],
  [{ organisationName: '' }, 'organisationName', 'A name is needed'],
  [{ allows: [] }, 'allows', 'Tick what it may look for'],
  [{ exchanges: [] }, 'exchanges', 'Tick how it asks'],
  [
    { allows: ['scheduled'], exchanges: ['mini-service'] },
    'exchanges',
    'The mini service answers unscheduled queries only',
  ],
  [
    { certificate: 'AB:CD' },
    'certificate',
    'A certificate is given by its SHA-256 fingerprint: 64 hexadecimal digits, colons allowed',
  ],
  [
    { ...CONTRACT, callback: '/answers' },
    'callback',
    'The callback must be a whole address such as https://example.org/answers',
  ],
  [{ ...CONTRACT, retries: 'often' }, 'retries', 'A whole number is needed'],
  [{ ...CONTRACT, retries: '21' }, 'retries', 'At most 20'],
  [{ ...CONTRACT, persistSeconds: '59' }, 'persistSeconds', 'At least 60'],
])('%o is told at %s', (fields, field, text) => {
  expect(read(fields)).toEqual({ ok: false, fault: [{ field, text }] })
})

test('whoever is answered later is told of both things that are missing', () => {
  const found = read({ exchanges: ['asynchronous'] })
  expect(found.ok ? [] : found.fault.map(({ field }) => field)).toEqual(['cpaId', 'callback'])
})
