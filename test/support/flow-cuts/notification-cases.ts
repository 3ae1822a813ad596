import { type RawBuilder, sql } from 'kysely'
import { v7 as newId } from 'uuid'
import type { NhsNumber } from '../../../src/domain/nhs-number.ts'
import type { OdsCode } from '../../../src/domain/organisation.ts'
import type { Demographics } from '../../../src/domain/person/demographics.ts'
import { notifyAuthorities } from '../../../src/flows/notification/notify-authorities.ts'
import { notifyInactiveNumbers } from '../../../src/flows/notification/notify-inactive-numbers.ts'
import { reportMissedAppointment } from '../../../src/flows/notification/report-missed-appointment.ts'
import { takeNotificationStep } from '../../../src/flows/notification/take-notification-step.ts'
import { announceNumberChange } from '../../../src/flows/person/announce-number-change.ts'
import { sweepNumbers } from '../../../src/flows/person/sweep-numbers.ts'
import type { Storage } from '../../../src/flows/ports.ts'
import { answerQuery } from '../../../src/flows/query/answer-query.ts'
import { inPieces } from '../bytes.ts'
import { freshNhsNumber, nurse, pdsSays, storedPlan } from '../records.ts'
import type { CutBench } from './cut-bench.ts'
import { audited, type FlowCase } from './flow-case.ts'

const DAY = 86_400_000

const IN_USE: Demographics = { kind: 'found', person: { familyNames: [], givenNames: [] } }

/** A number under which an authority holds a plan, looked at in PDS just now. */
export async function heldBy({ database }: CutBench, odsCode: OdsCode): Promise<NhsNumber> {
  const number = freshNhsNumber()
  await storedPlan(database, { nhs_number: number, authority: odsCode })
  return number
}

/** Somebody looks at a person. */
export function look(bench: CutBench, on: Storage, nhsNumber: NhsNumber) {
  return answerQuery(
    { ...bench.deps(on), ...on },
    {
      requester: { author: nurse(), activities: new Set(['B0107']) },
      nhsNumber,
      access: 'unscheduled',
      via: 'fhir',
      action: 'query plans',
      traceId: 'T',
    },
  )
}

async function missedBy(bench: CutBench, on: Storage, nhsNumber: NhsNumber) {
  return reportMissedAppointment(bench.deps(on), {
    requester: { author: nurse(), activities: new Set(['B0170']) },
    appointment: {
      identifier: { system: 'https://hospital.example/Id/appointment', value: nhsNumber },
      nhsNumber,
      start: new Date(bench.clock.now().getTime() - DAY),
    },
    via: 'fhir',
    traceId: 'T',
  })
}

/** A round of the sweep in which PDS says something of one number; of others that are due, that they are in use. */
function sweep(bench: CutBench, on: Storage, number: NhsNumber, said: Demographics) {
  return sweepNumbers({
    ...bench.deps(on),
    demographics: { find: async asked => (asked === number ? said : IN_USE) },
    numberCheckHours: 24,
    numberChecksPerSecond: 1,
  })
}

function due({ database }: CutBench, number: NhsNumber) {
  return database.kysely
    .updateTable('person_number')
    .set({ due_at: new Date(0), claimed_until: null })
    .where('nhs_number', '=', number)
    .execute()
}

/** How many rows of a table a person has. */
function rowsOf(table: string, number: NhsNumber, condition: RawBuilder<unknown> = sql`true`) {
  return sql`(select count(*) from ${sql.table(table)} where nhs_number = ${number} and ${condition})`
}

/** What is asked about people, and what authorities are told of it. */
export const NOTIFICATION_FLOWS: readonly FlowCase[] = [
  {
    name: 'somebody looks at a person',
    again: 'recorded',
    prepare: async bench => {
      const number = await heldBy(bench, (await bench.authority()).odsCode)
      return {
        act: on => look(bench, on, number),
        done: sql`select ${rowsOf('access', number)} as accesses, ${rowsOf('notification', number)} as notifications,
          ${audited('query plans', number, 'nhs_number')} as audited`,
      }
    },
  },
  {
    name: 'a missed appointment is reported',
    again: 'recorded',
    prepare: async bench => {
      const number = await heldBy(bench, (await bench.authority()).odsCode)
      return {
        act: on => missedBy(bench, on, number),
        done: sql`select ${rowsOf('missed_appointment', number)} as reports,
          ${rowsOf('missed_appointment_alert', number)} as alerts, ${rowsOf('notification', number)} as notifications,
          ${audited('report missed appointment', number, 'nhs_number')} as audited`,
      }
    },
  },
  {
    name: 'authorities are told of accesses',
    again: 'nothing',
    prepare: async bench => {
      const { odsCode, mailbox } = await bench.authority()
      const number = await heldBy(bench, odsCode)
      await look(bench, bench.storage, number)
      return {
        act: on =>
          notifyAuthorities({ ...bench.deps(on), writeAccessNotification: () => inPieces('<told/>') }),
        done: sql`select ${rowsOf('notification', number, sql`message_id is not null`)} as told,
          (select count(*) from message where recipient = ${mailbox}) as messages,
          ${audited('notify authority', odsCode, 'actor')} as audited`,
      }
    },
  },
  {
    name: 'authorities are told of inactive numbers',
    again: 'nothing',
    prepare: async bench => {
      const { odsCode, mailbox } = await bench.authority()
      const number = await heldBy(bench, odsCode)
      await pdsSays(bench.database, number, { state: 'invalid' }, bench.clock.now())
      return {
        act: on =>
          notifyInactiveNumbers({
            ...bench.deps(on),
            writeInactiveNumberNotification: () => inPieces('<told/>'),
          }),
        done: sql`select ${rowsOf('number_change', number, sql`message_id is not null`)} as told,
          (select count(*) from message where recipient = ${mailbox}) as messages,
          ${audited('notify of inactive numbers', odsCode, 'actor')} as audited`,
      }
    },
  },
  ...(['acknowledged', 'noted'] as const).map(
    (kind): FlowCase => ({
      name: `an item on an authority's page is ${kind}`,
      again: 'nothing',
      prepare: async bench => {
        const { odsCode } = await bench.authority({ toldAt: 'desk' })
        const number = await heldBy(bench, odsCode)
        await missedBy(bench, bench.storage, number)
        const filter = { state: 'open', overdueBefore: bench.clock.now() } as const
        const [item] = await bench.storage.authorityPages.items(odsCode, filter, { limit: 1, offset: 0 })
        if (!item) throw new Error('It is on the page')
        const officer = { authority: odsCode, name: 'Juniper', actor: 'authority: Juniper' }
        const step = { id: newId(), kind, ...(kind === 'noted' && { text: 'rang' }) }
        return {
          act: on => takeNotificationStep(bench.deps(on), officer, item.id, step),
          done: sql`select (select count(*) from desk_step where item = ${item.id}) as steps,
            ${audited(`desk item ${kind}`, item.id)} as audited
            ${
              kind === 'acknowledged'
                ? sql`, ${rowsOf('missed_appointment_alert', number, sql`acknowledged_at is not null`)} as closed,
                  ${rowsOf('notification', number, sql`told_at_desk`)} as told`
                : sql``
            }`,
        }
      },
    }),
  ),
  {
    name: 'a change of a number is announced',
    again: 'recorded',
    prepare: async bench => {
      const number = await heldBy(bench, (await bench.authority()).odsCode)
      return {
        act: on => announceNumberChange(bench.deps(on), { id: newId(), nhsNumber: number }),
        done: sql`select ${rowsOf('person_number', number, sql`due_at < '2000-01-01'`)} as brought_forward,
          ${audited('announce number change', number, 'nhs_number')} as audited`,
      }
    },
  },
  {
    name: 'a number turns out to be replaced',
    again: 'nothing',
    pause: 61_000,
    prepare: async bench => {
      const number = await heldBy(bench, (await bench.authority()).odsCode)
      await due(bench, number)
      const by = freshNhsNumber()
      return {
        act: on => sweep(bench, on, number, { kind: 'superseded', by }),
        done: sql`select ${rowsOf('number_change', number)} as changes, ${rowsOf('person_number', number, sql`person <> nhs_number`)} as replaced,
          ${rowsOf('person_number', number, sql`due_at > '2000-01-01'`)} as looked,
          ${audited('number inactive', number, 'nhs_number')} as audited`,
      }
    },
  },
  {
    name: 'a number turns out to be in use again',
    again: 'nothing',
    pause: 61_000,
    prepare: async bench => {
      const number = await heldBy(bench, (await bench.authority()).odsCode)
      await pdsSays(bench.database, number, { state: 'replaced', by: freshNhsNumber() }, bench.clock.now())
      await due(bench, number)
      return {
        act: on => sweep(bench, on, number, IN_USE),
        done: sql`select 1 - ${rowsOf('number_change', number)} as changes,
          1 - ${rowsOf('person_number', number, sql`person <> nhs_number`)} as replaced,
          ${rowsOf('person_number', number, sql`due_at > '2000-01-01'`)} as looked,
          ${audited('number in use again', number, 'nhs_number')} as audited`,
      }
    },
  },
]
