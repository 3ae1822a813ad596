import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCondition, readMissedAppointment } from './read-appointment.ts'
import { ASKED_FOR, HOSPITAL, NURSE, PLAN, r4Judges } from './testing.ts'
import { writeReportedAppointment } from './write-appointment.ts'

const NHS = 'https://fhir.nhs.uk/Id/nhs-number'
const PATIENT = {
  actor: { type: 'Patient', identifier: { system: NHS, value: ASKED_FOR } },
  status: 'accepted',
}
const APPOINTMENT = {
  resourceType: 'Appointment',
  identifier: [{ system: 'https://hospital.example/Id/appointment', value: 'A-1' }],
  status: 'noshow',
  start: '2026-03-09T14:00:00Z',
  participant: [PATIENT],
}
const READ = {
  identifier: APPOINTMENT.identifier[0],
  nhsNumber: ASKED_FOR,
  start: new Date('2026-03-09T14:00:00Z'),
}

const read = (change: object = {}) => readMissedAppointment(JSON.stringify({ ...APPOINTMENT, ...change }))

describe('what a report may be', () => {
  test('as little as it needs', () => {
    expect(read()).toEqual({ ok: true, value: READ })
  })

  test('with several identifiers, without a system, and with some that have no value (rule 15.2)', () => {
    const [first] = APPOINTMENT.identifier
    const identifier = [first, { value: 'B 2' }, { system: 'urn:x' }, first, { system: 'urn:x', value: '3' }]
    expect(read({ identifier })).toEqual({
      ok: true,
      value: {
        ...READ,
        otherIdentifiers: [
          { system: '', value: 'B 2' },
          { system: 'urn:x', value: '3' },
        ],
      },
    })
    expect(read({ identifier: [{ value: 'B 2' }] })).toMatchObject({
      value: { identifier: { system: '', value: 'B 2' } },
    })
  })

  test.each([
    ['identifier=urn:x|A 1', { system: 'urn:x', value: 'A 1' }],
    ['?identifier=urn%3Ax%7CA%201', { system: 'urn:x', value: 'A 1' }],
    ['identifier=|A-1', { system: '', value: 'A-1' }],
    ['identifier=A-1', { system: '', value: 'A-1' }],
    ['identifier=urn:x|', undefined],
    ['identifier=', undefined],
    ['identifier=A-1&identifier=A-2', undefined],
    ['identifier=A-1&status=noshow', undefined],
    ['patient=9990000018', undefined],
    ['', undefined],
  ])('on the condition that there is none by %j (rule 15.9)', (written, named) => {
    expect(readCondition(written)).toEqual(named)
  })

  test('with the setting and the purpose, as people call them', () => {
    const serviceType = [
      { text: ' Community\n paediatrics ' },
      { coding: [{ code: '1' }, { display: 'Review' }] },
      {},
    ]
    expect(read({ serviceType, description: 'At two\tyears' })).toEqual({
      ok: true,
      value: { ...READ, service: 'Community paediatrics, Review', description: 'At two years' },
    })
  })

  test('with others who take part, and whatever else an appointment holds', () => {
    const participant = [
      {
        actor: { reference: 'Practitioner/7', identifier: { system: 'urn:x', value: '1' } },
        status: 'accepted',
      },
      { type: [{ text: 'anybody' }], status: 'accepted' },
      {
        actor: { type: 'RelatedPerson', identifier: { system: NHS, value: '9990000026' } },
        status: 'accepted',
      },
      PATIENT,
    ]
    expect(read({ participant, priority: 5, comment: 'x', extension: [{ url: 'urn:x' }] })).toMatchObject({
      ok: true,
      value: READ,
    })
  })

  test('a start with an offset is the same instant as that in Greenwich', () => {
    for (const start of [
      '2026-03-09T15:00:00+01:00',
      '2026-03-09T14:00:00.000Z',
      '2026-03-10T04:00:00+14:00',
    ])
      expect(read({ start })).toMatchObject({ ok: true, value: { start: READ.start } })
  })

  test('the longest texts that may be', () => {
    const longest = { serviceType: [{ text: '🧒'.repeat(100) }], description: 'x'.repeat(500) }
    expect(read(longest)).toMatchObject({ ok: true })
  })
})

describe('what is refused, and where', () => {
  const patient = (actor: object) => [{ ...PATIENT, actor }]
  test.each<[string, object]>([
    ['Appointment', { resourceType: 'Patient' }],
    ['Appointment.modifierExtension', { modifierExtension: [{ url: 'urn:not' }] }],
    ['Appointment.status', { status: 'booked' }],
    ['Appointment.status', { status: undefined }],
    ['Appointment.identifier', { identifier: undefined }],
    ['Appointment.identifier', { identifier: [] }],
    ['Appointment.identifier', { identifier: Array.from({ length: 11 }, (_, i) => ({ value: `A-${i}` })) }],
    ['Appointment.identifier.system', { identifier: [{ system: 'ours', value: 'A-1' }] }],
    ['Appointment.identifier.system', { identifier: [{ system: `urn:${'x'.repeat(201)}`, value: 'A-1' }] }],
    ['Appointment.identifier', { identifier: [{ system: 'urn:x' }] }],
    ['Appointment.identifier.value', { identifier: [{ system: 'urn:x', value: '' }] }],
    ['Appointment.identifier.value', { identifier: [{ system: 'urn:x', value: ' A' }] }],
    ['Appointment.identifier.value', { identifier: [{ system: 'urn:x', value: 'A\u0000' }] }],
    ['Appointment.identifier.value', { identifier: [{ system: 'urn:x', value: 'x'.repeat(101) }] }],
    ['Appointment.start', { start: undefined }],
    ['Appointment.start', { start: '2026-03-09' }],
    ['Appointment.start', { start: '2026-03-09T14:00:00' }],
    ['Appointment.start', { start: '2026-03-09T14:00Z' }],
    ['Appointment.start', { start: '2026-02-30T14:00:00Z' }],
    ['Appointment.start', { start: '2026-03-09T24:00:00Z' }],
    ['Appointment.end', { end: '2026-03-09' }],
    ['Appointment.end', { end: null }],
    ['Appointment.end', { end: '2026-03-09T13:59:59Z' }],
    ['Appointment.participant', { participant: undefined }],
    ['Appointment.participant', { participant: [{ status: 'accepted' }] }],
    ['Appointment.participant', { participant: [PATIENT, PATIENT] }],
    [
      'Appointment.participant',
      { participant: [PATIENT, { actor: { reference: 'Patient/1' }, status: 'accepted' }] },
    ],
    ['Appointment.participant', { participant: patient({ reference: 'Patient/9990000018' }) }],
    [
      'Appointment.participant',
      { participant: patient({ type: 'Patient', identifier: { system: 'urn:x', value: '1' } }) },
    ],
    ['Appointment.participant.modifierExtension', { participant: [{ ...PATIENT, modifierExtension: [] }] }],
    [
      'Appointment.participant.actor.identifier.value',
      { participant: patient({ identifier: { system: NHS } }) },
    ],
    [
      'Appointment.participant.actor.identifier.value',
      { participant: patient({ identifier: { system: NHS, value: 9990000018 + 1 } }) },
    ],
    [
      'Appointment.participant.actor.identifier.value',
      { participant: patient({ identifier: { system: NHS, value: '9990000019' } }) },
    ],
    ['Appointment.serviceType', { serviceType: [{ text: 'x'.repeat(101) }] }],
    ['Appointment.description', { description: 'x'.repeat(501) }],
    ['Appointment.description', { description: 'x\u0000' }],
    ['Appointment.description', { description: '\ud800' }],
    ['Appointment.description', { description: 7 }],
  ])('%s: %j', (element, change) => {
    expect(read(change)).toMatchObject({ ok: false, fault: { kind: 'invalid-appointment', element } })
  })

  test.each(['', '{', 'Appointment'])('what is no JSON: %j', text => {
    expect(readMissedAppointment(text)).toMatchObject({ ok: false, fault: { kind: 'unreadable-request' } })
  })

  test.each(['null', '[]', '"Appointment"', '7'])('what is no resource: %s', text => {
    expect(readMissedAppointment(text)).toMatchObject({ ok: false, fault: { element: 'Appointment' } })
  })

  test('no fault quotes what was sent', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(...Object.keys(APPOINTMENT)), (json, name) => {
        const outcome = read({ [name]: `SECRET ${json}` })
        expect(outcome.ok).toBe(false)
        expect(JSON.stringify(outcome)).not.toContain('SECRET')
      }),
    )
  })

  test('whatever JSON is sent, it is read or refused, and never breaks anything', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(APPOINTMENT), 'serviceType'), fc.jsonValue()),
        change => {
          expect(typeof read(change).ok).toBe('boolean')
        },
      ),
    )
  })
})

describe('what the reporter is answered', () => {
  const judge = r4Judges()
  const word = fc.constantFrom('Ada', 'O’Neill & <Sons>', '李', '"quoted"')
  const other = {
    odsCode: 'ZZ902' as typeof PLAN.authority.odsCode,
    name: 'A & B <Council>',
    dutyPhone: '03069990003',
  }
  const told = (appointment: typeof READ & { end?: Date; service?: string; description?: string }) => ({
    id: '0197a000-0000-7000-8000-0000000000d1',
    appointment: { ...appointment, identifier: { system: 'urn:x', value: 'A-1' } },
    author: { ...NURSE, organisation: HOSPITAL },
    reportedAt: new Date('2026-03-10T09:30:00Z'),
    told: [PLAN.authority, other],
  })

  test('valid R4 that reads back as what was reported', () => {
    fc.assert(
      fc.property(
        fc.record(
          { end: fc.constant(new Date('2026-03-09T14:30:00Z')), service: word, description: word },
          { requiredKeys: [] },
        ),
        texts => {
          const report = told({ ...READ, ...texts } as typeof READ)
          const written = writeReportedAppointment(report)
          expect(judge(written)).toEqual([])
          expect(readMissedAppointment(JSON.stringify(written))).toEqual({
            ok: true,
            value: report.appointment,
          })
        },
      ),
      { numRuns: 20 },
    )
  })

  test('has every identifier, those of the organisation without a system', () => {
    const appointment = {
      ...READ,
      identifier: { system: '', value: 'A-1' },
      otherIdentifiers: [{ system: 'urn:x', value: '3' }],
    }
    const written = writeReportedAppointment({ ...told(READ), appointment })
    expect(written.identifier).toEqual([{ value: 'A-1' }, { system: 'urn:x', value: '3' }])
    expect(judge(written)).toEqual([])
    expect(readMissedAppointment(JSON.stringify(written))).toEqual({ ok: true, value: appointment })
  })

  test('names every authority that is told, with its phones, in codes and in words', () => {
    const { contained, participant, text } = writeReportedAppointment(told(READ))
    expect(contained).toMatchObject([
      {
        id: 'ZZ901',
        providedBy: { identifier: { value: 'ZZ901' } },
        telecom: [
          { use: 'work', value: PLAN.authority.officePhone },
          { use: 'mobile', value: PLAN.authority.dutyPhone },
        ],
      },
      { id: 'ZZ902', name: 'A & B <Council>', telecom: [{ use: 'mobile', value: '03069990003' }] },
    ])
    expect(participant.slice(1)).toMatchObject([
      { actor: { reference: '#ZZ901' }, required: 'information-only' },
      { actor: { reference: '#ZZ902' }, required: 'information-only' },
    ])
    expect(text?.div).toContain('A &amp; B &lt;Council&gt; (ZZ902) is told')
    expect(text?.div).toContain(PLAN.authority.officePhone)
  })
})
