import { type RawBuilder, sql } from 'kysely'
import { bankHolidays } from '../../../src/domain/bank-holidays.ts'
import { type CalendarDate, localDay } from '../../../src/domain/english-time.ts'
import type { MailboxId, OdsCode } from '../../../src/domain/organisation.ts'
import type { Asid, ClientSystem } from '../../../src/domain/registration/client-system.ts'
import type { SuccessionPlan } from '../../../src/domain/registration/succession.ts'
import {
  addAuthority,
  addClientSystem,
  addMailbox,
  addOrganisation,
  addWorkflow,
  ensureOwnMailbox,
  removeClientSystem,
  removeOrganisation,
} from '../../../src/flows/registration/manage-exchange.ts'
import { onboard } from '../../../src/flows/registration/onboard.ts'
import {
  changeSettings,
  goLive,
  restartSequence,
  resume,
  suspend,
} from '../../../src/flows/registration/onboard-authority.ts'
import { passPlansOn } from '../../../src/flows/registration/pass-plans-on.ts'
import { registerAuthority, registerClientSystem } from '../../../src/flows/registration/register.ts'
import { setHolidays } from '../../../src/flows/registration/set-holidays.ts'
import { planSuccession, undoSuccession } from '../../../src/flows/registration/succession.ts'
import { freshNhsNumber } from '../records.ts'
import type { CutBench } from './cut-bench.ts'
import { audited, type FlowCase } from './flow-case.ts'
import { MESH } from './mesh-names.ts'

let made = 0

/** Codes that nobody has yet. */
function fresh() {
  const nth = String(++made).padStart(4, '0')
  const odsCode = `N${nth}` as OdsCode
  const id = `MBN${nth}` as MailboxId
  return {
    odsCode,
    id,
    mailbox: { id, name: odsCode, odsCode, password: 'secret' },
    organisation: { odsCode, name: odsCode, settings: ['gp-in-hours'] as const },
    system: {
      asid: `99900000${nth}` as Asid,
      partyKey: 'X9Z01-999001',
      organisation: { odsCode, name: odsCode },
      allows: ['unscheduled'],
      exchanges: ['synchronous'],
    } satisfies ClientSystem,
  }
}

function authorityWhere(odsCode: OdsCode, condition: RawBuilder<unknown>) {
  return sql`(select count(*) from authority where ods_code = ${odsCode} and ${condition})`
}

/** From one authority that nobody has used yet to another, today. */
async function handOver(authority: CutBench['authority'], now: Date): Promise<SuccessionPlan> {
  const [{ odsCode: from }, { odsCode: to }] = [await authority(), await authority()]
  const row = {
    row: 2,
    nhsNumber: freshNhsNumber(),
    type: 'CPP' as const,
    startDay: '2026-01-01' as CalendarDate,
    localId: 'L-1',
    successor: to,
  }
  return { from, on: localDay(now), successors: [to], defaultSuccessor: to, rows: [row] }
}

function successionsOf(from: OdsCode, state: string) {
  return sql`(select count(*) from succession where from_authority = ${from} and state = ${state})`
}

/** Who exchanges what with whom, changed by an operator. */
export const REGISTRATION_FLOWS: readonly FlowCase[] = [
  {
    name: 'a mailbox is added',
    again: 'recorded',
    prepare: async ({ deps }) => {
      const { id, mailbox } = fresh()
      return {
        act: on => addMailbox(deps(on), mailbox),
        done: sql`select (select count(*) from mailbox where id = ${id}) as mailboxes,
            ${audited('add mailbox', id)} as audited`,
      }
    },
  },
  {
    name: 'a workflow is added',
    again: 'recorded',
    prepare: async ({ deps }) => {
      const { id } = fresh()
      return {
        act: on => addWorkflow(deps(on), { id, description: id, senders: [MESH.cpisMailbox], receivers: [] }),
        done: sql`select (select count(*) from workflow where id = ${id}) as workflows,
            (select count(*) from workflow_member where workflow_id = ${id}) as members,
            ${audited('add workflow', id)} as audited`,
      }
    },
  },
  ...(['added', 'registered'] as const).map(
    (how): FlowCase => ({
      name: `an authority is ${how}`,
      again: how === 'added' ? 'recorded' : 'nothing',
      prepare: async ({ deps }) => {
        const { odsCode, id, mailbox } = fresh()
        const described = { odsCode, name: odsCode, mailbox, live: true }
        return {
          act: on => (how === 'added' ? addAuthority : registerAuthority)(deps(on), described),
          done: sql`select (select count(*) from mailbox where id = ${id}) as mailboxes,
              ${authorityWhere(odsCode, sql`live_since is not null`)} as authorities,
              (select count(*) / 4 from workflow_member where mailbox_id = ${id}) as workflows,
              ${audited('add authority', odsCode)} as audited`,
        }
      },
    }),
  ),
  ...(['added', 'registered'] as const).map(
    (how): FlowCase => ({
      name: `a client system is ${how}`,
      again: how === 'added' ? 'recorded' : 'nothing',
      prepare: async ({ deps }) => {
        const { system } = fresh()
        return {
          act: on =>
            how === 'added'
              ? addClientSystem(deps(on), system)
              : registerClientSystem(deps(on), system, 'new'),
          done: sql`select (select count(*) from client_system where asid = ${system.asid}) as systems,
              ${audited('add client system', system.asid)} as audited`,
        }
      },
    }),
  ),
  {
    name: 'bank holidays are set',
    again: 'nothing',
    prepare: async ({ deps, clock }) => {
      const { odsCode: actor } = fresh()
      const year = clock.now().getUTCFullYear()
      const written = [...bankHolidays(year)].map(date => ({ date, title: actor, notes: '' }))
      return {
        act: on => setHolidays({ ...deps(on), by: { via: 'web', actor } }, written),
        done: sql`select (select count(*) / 8 from bank_holiday where title = ${actor}) as years,
            ${audited('set bank holidays', actor, 'actor')} as audited`,
      }
    },
  },
  {
    name: 'a client system is removed',
    again: 'nothing',
    prepare: async ({ deps, storage }) => {
      const { system } = fresh()
      await addClientSystem(deps(storage), system)
      return {
        act: on => removeClientSystem(deps(on), system.asid),
        done: sql`select (select 1 - count(*) from client_system where asid = ${system.asid}) as systems,
            ${audited('remove client system', system.asid)} as audited`,
      }
    },
  },
  {
    name: 'an organisation is added',
    again: 'recorded',
    prepare: async ({ deps }) => {
      const { odsCode, organisation } = fresh()
      return {
        act: on => addOrganisation(deps(on), organisation),
        done: sql`select (select count(*) from organisation where ods_code = ${odsCode}) as organisations,
            ${audited('add organisation', odsCode)} as audited`,
      }
    },
  },
  {
    name: 'an organisation is removed',
    again: 'nothing',
    prepare: async ({ deps, storage }) => {
      const { odsCode, organisation } = fresh()
      await addOrganisation(deps(storage), organisation)
      return {
        act: on => removeOrganisation(deps(on), odsCode),
        done: sql`select (select 1 - count(*) from organisation where ods_code = ${odsCode}) as organisations,
            ${audited('remove organisation', odsCode)} as audited`,
      }
    },
  },
  {
    name: 'an onboarding file is applied',
    again: 'recorded',
    prepare: async ({ deps }) => {
      const { odsCode, id, organisation, system } = fresh()
      const file = {
        mailboxes: [],
        authorities: [{ odsCode, name: odsCode, mailboxId: id }],
        organisations: [organisation],
        systems: [system],
      }
      const actor = odsCode
      return {
        act: on => onboard({ ...deps(on), by: { via: 'web', actor } }, file, { dryRun: false }),
        done: sql`select (select count(*) from mailbox where id = ${id}) as mailboxes,
            ${authorityWhere(odsCode, sql`true`)} as authorities,
            (select count(*) from organisation where ods_code = ${odsCode}) as organisations,
            (select count(*) from client_system where asid = ${system.asid}) as systems,
            ${audited('onboard mailbox', id)} as mailboxes_audited,
            ${audited('onboard authority', odsCode)} as authorities_audited,
            ${audited('onboard organisation', odsCode)} as organisations_audited,
            ${audited('onboard system', system.asid)} as systems_audited,
            ${audited('apply onboarding file', actor, 'actor')} as audited`,
      }
    },
  },
  {
    name: 'the mailbox of CP-IS is made sure of',
    again: 'nothing',
    prepare: async ({ deps }) => {
      const { id, mailbox } = fresh()
      return {
        act: on => ensureOwnMailbox({ ...deps(on), mesh: { ...deps(on).mesh, cpisMailbox: id } }, mailbox),
        done: sql`select (select count(*) from mailbox where id = ${id}) as mailboxes,
            (select count(*) / 4 from workflow_member where mailbox_id = ${id}) as workflows,
            ${audited('add own mailbox', id)} as audited`,
      }
    },
  },
  {
    name: 'an authority goes live',
    again: 'nothing',
    prepare: async ({ authority, deps }) => {
      const { odsCode } = await authority({ live: false })
      return {
        act: on => goLive(deps(on), odsCode, 'it was agreed'),
        done: sql`select ${authorityWhere(odsCode, sql`live_since is not null`)} as authorities,
            ${audited('authority goes live', odsCode)} as audited`,
      }
    },
  },
  {
    name: 'an authority is suspended',
    again: 'nothing',
    prepare: async ({ authority, deps }) => {
      const { odsCode } = await authority()
      return {
        act: on => suspend(deps(on), odsCode, 'it was agreed'),
        done: sql`select ${authorityWhere(odsCode, sql`suspended_since is not null`)} as authorities,
            ${audited('suspend authority', odsCode)} as audited`,
      }
    },
  },
  {
    name: 'an authority is resumed',
    again: 'nothing',
    prepare: async ({ authority, deps, storage }) => {
      const { odsCode } = await authority()
      await suspend(deps(storage), odsCode, 'it was agreed')
      return {
        act: on => resume(deps(on), odsCode),
        done: sql`select ${authorityWhere(odsCode, sql`suspended_since is null`)} as authorities,
            ${audited('resume authority', odsCode)} as audited`,
      }
    },
  },
  {
    name: 'the settings of an authority are changed',
    again: 'nothing',
    prepare: async ({ authority, deps }) => {
      const { odsCode } = await authority()
      return {
        act: on => changeSettings(deps(on), odsCode, { intervalHours: 72, mode: 'snapshot' }),
        done: sql`select ${authorityWhere(odsCode, sql`interval_hours = 72`)} as authorities,
            ${audited('change authority', odsCode)} as audited`,
      }
    },
  },
  ...(['a page', 'the command line'] as const).map(
    (where): FlowCase => ({
      name: `a sequence is restarted from ${where}`,
      again: where === 'a page' ? 'nothing' : 'anew',
      prepare: async ({ authority, deps, storage }) => {
        const { odsCode } = await authority()
        const seen = (await storage.authorities.find(odsCode))?.sequenceEpoch ?? 0
        return {
          act: on => restartSequence(deps(on), odsCode, where === 'a page' ? seen : undefined),
          done: sql`select (select sequence_epoch - ${seen}::int from authority where ods_code = ${odsCode}) as epochs,
              ${audited('restart sequence', odsCode)} as audited`,
        }
      },
    }),
  ),
  {
    name: 'a hand-over is planned',
    again: 'nothing',
    prepare: async ({ authority, deps, clock }) => {
      const plan = await handOver(authority, clock.now())
      return {
        act: on => planSuccession(deps(on), plan),
        done: sql`select ${successionsOf(plan.from, 'planned')} as successions,
            (select count(*) from succession_plan l join succession s on s.id = l.succession
              where s.from_authority = ${plan.from}) as rows,
            ${audited('plan succession', plan.from)} as audited`,
      }
    },
  },
  {
    name: 'a hand-over is done on its day',
    again: 'nothing',
    prepare: async ({ authority, deps, storage, clock }) => {
      const plan = await handOver(authority, clock.now())
      await planSuccession(deps(storage), plan)
      return {
        act: on => passPlansOn(deps(on)),
        done: sql`select ${successionsOf(plan.from, 'done')} as successions,
            ${authorityWhere(plan.from, sql`passes_on and passed_on_at is not null`)} as authorities,
            ${audited('pass plans on', plan.from)} as audited`,
      }
    },
  },
  ...(['planned', 'done'] as const).map(
    (state): FlowCase => ({
      name: `a hand-over that is ${state} is undone`,
      again: 'nothing',
      prepare: async ({ authority, deps, storage, clock }) => {
        const plan = await handOver(authority, clock.now())
        await planSuccession(deps(storage), plan)
        if (state === 'done') await passPlansOn(deps(storage))
        const action = state === 'done' ? 'undo succession' : 'withdraw succession'
        return {
          act: on => undoSuccession(deps(on), plan.from),
          done: sql`select ${successionsOf(plan.from, state === 'done' ? 'undone' : 'withdrawn')} as successions,
              ${audited(action, plan.from)} as audited`,
        }
      },
    }),
  ),
]
