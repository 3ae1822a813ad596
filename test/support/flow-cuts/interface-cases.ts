import { sql } from 'kysely'
import { v7 as newId } from 'uuid'
import type { NhsNumber } from '../../../src/domain/nhs-number.ts'
import type { MailboxId, OdsCode } from '../../../src/domain/organisation.ts'
import { messagingSystem } from '../ebxml.ts'
import { nurse } from '../records.ts'
import { SYSTEM } from './answer-cases.ts'
import type { CutBench } from './cut-bench.ts'
import { allowed, type FlowCase } from './flow-case.ts'
import { tell } from './mailbox-cases.ts'
import { MESH } from './mesh-names.ts'
import { heldBy, look } from './notification-cases.ts'

const JSON_BODY = { 'content-type': 'application/json' }

function missedAppointment(nhsNumber: NhsNumber, start: Date) {
  const identifier = { system: 'https://fhir.nhs.uk/Id/nhs-number', value: nhsNumber }
  return {
    resourceType: 'Appointment',
    identifier: [{ system: 'https://school.example/Id/appointment', value: nhsNumber }],
    status: 'noshow',
    start: start.toISOString(),
    participant: [{ actor: { type: 'Patient', identifier }, status: 'accepted' }],
  }
}

async function held(bench: CutBench) {
  const { odsCode } = await bench.authority()
  return { odsCode, number: await heldBy(bench, odsCode) }
}

/** The same flows as their users reach them: whoever asks is looked up, and every request recorded, over the same connections. */
export const INTERFACE_FLOWS: readonly FlowCase[] = [
  {
    name: 'a mailbox sends a file',
    again: 'anew',
    prepare: async ({ interfaces, authority }) => {
      const { mailbox } = await authority()
      const to = { to: MESH.cpisMailbox, workflowId: MESH.uploadWorkflow }
      return {
        act: () => interfaces.mesh(mailbox, mesh => mesh.send(Buffer.from('<file/>'), to)),
        done: sql`select (select count(*) from message where sender = ${mailbox}) as messages,
          ${allowed('send message', mailbox, 'actor')} as audited`,
      }
    },
  },
  {
    name: 'a mailbox acknowledges a message',
    again: 'recorded',
    prepare: async bench => {
      const { mailbox } = await bench.authority()
      const { id } = await tell(bench, mailbox)
      return {
        act: () => bench.interfaces.mesh(mailbox, mesh => mesh.acknowledge(id)),
        done: sql`select (select count(*) from message where id = ${id} and status = 'acknowledged') as messages,
          ${allowed('acknowledge message', id)} as audited`,
      }
    },
  },
  {
    name: 'a school nurse reports a missed appointment',
    again: 'recorded',
    prepare: async bench => {
      const { number } = await held(bench)
      const token = await bench.interfaces.issuer.token('555000000001', ['B0170'])
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
      const report = JSON.stringify(missedAppointment(number, new Date(Date.now() - 86_400_000)))
      return {
        act: () => bench.interfaces.post('/cpis/FHIR/R4/Appointment', headers, report),
        done: sql`select (select count(*) from missed_appointment where nhs_number = ${number}) as reports,
          (select count(*) from notification where nhs_number = ${number}) as notifications,
          ${allowed('report missed appointment', number, 'nhs_number')} as audited`,
      }
    },
  },
  {
    name: 'a change of a number is announced by its service',
    again: 'recorded',
    prepare: async bench => {
      const { number } = await held(bench)
      const headers = { ...JSON_BODY, authorization: `Bearer ${bench.interfaces.config.numbers.eventsToken}` }
      const event = JSON.stringify({ id: newId(), type: 'nhs-number-change-1', subject: number })
      return {
        act: () => bench.interfaces.post('/events/nhs-number-change', headers, event),
        done: sql`select (select count(*) from person_number
            where nhs_number = ${number} and due_at < '2000-01-01') as brought_forward,
          ${allowed('announce number change', number, 'nhs_number')} as audited`,
      }
    },
  },
  {
    name: 'a system asks by a message',
    again: 'recorded',
    prepare: async bench => {
      await bench.storage.clientSystems.add(SYSTEM)
      const { number } = await held(bench)
      const messageId = newId().toUpperCase()
      const { interfaces, clock } = bench
      const ask = messagingSystem(interfaces, SYSTEM, interfaces.fetch, clock.now())
      return {
        act: () => ask(nurse(), number, { messageId }),
        done: sql`select (select count(*) from asynchronous_answer where message_id = ${messageId}) as answers,
          (select count(*) from access where nhs_number = ${number}) as accesses,
          (select count(*) from audit where trace_id = ${messageId} and outcome = 'allowed') as audited`,
      }
    },
  },
  {
    name: 'an officer acknowledges an item',
    again: 'nothing',
    prepare: async bench => {
      const { odsCode, number } = await held(bench)
      await look(bench, bench.storage, number)
      const filter = { state: 'open', overdueBefore: bench.clock.now() } as const
      const [item] = await bench.storage.authorityPages.items(odsCode, filter, { limit: 1, offset: 0 })
      if (!item) throw new Error('It is on the page')
      const { cookie, csrf } = await bench.interfaces.signedIn(odsCode)
      const form = new URLSearchParams({ csrf, do: 'acknowledged', step: newId() }).toString()
      const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
      return {
        act: () => bench.interfaces.post(`/desk/items/${item.id}`, headers, form),
        done: sql`select (select count(*) from desk_step where item = ${item.id}) as steps,
          (select count(*) from audit
            where subject = ${item.id} and action = 'desk item acknowledged' and outcome = 'allowed') as audited`,
      }
    },
  },
  {
    name: 'an operator takes an authority on',
    again: 'recorded',
    prepare: async ({ interfaces }) => {
      const odsCode = `D${newId().replaceAll('-', '').slice(-8)}`.toUpperCase() as OdsCode
      const mailboxId = `MB${odsCode}` as MailboxId
      const authority = { odsCode, name: odsCode, mailboxId, password: 'a password of this test' }
      return {
        act: () => interfaces.command('/authorities', authority),
        done: sql`select (select count(*) from authority where ods_code = ${odsCode}) as authorities,
          (select count(*) from mailbox where id = ${mailboxId}) as mailboxes,
          ${allowed('add authority', odsCode)} as audited`,
      }
    },
  },
  {
    name: 'an operator restarts a sequence',
    again: 'anew',
    prepare: async ({ interfaces, authority }) => {
      const { odsCode } = await authority()
      return {
        act: () => interfaces.command(`/authorities/${odsCode}/restart-sequence`, {}),
        done: sql`select (select sequence_epoch from authority where ods_code = ${odsCode}) as epochs,
          ${allowed('restart sequence', odsCode)} as audited`,
      }
    },
  },
]
