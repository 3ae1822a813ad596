import { type Kysely, type Selectable, sql } from 'kysely'
import type { CalendarDate } from '../../domain/english-time.ts'
import type { MailboxId, OdsCode, Organisation } from '../../domain/organisation.ts'
import {
  type AuthorityStatus,
  type DfeCode,
  type GssCode,
  type SettingsChange,
  stageOf,
} from '../../domain/registration/authority.ts'
import type { OfficeHours } from '../../domain/registration/office-hours.ts'
import type { Authority, AuthorityStore } from '../../flows/registration/ports.ts'
import type { Schema } from '../schema.ts'

/** Local authorities, each with its mailbox, where it stands and what its newest applied file said of it. */
export function authorityStore(db: Kysely<Schema>): AuthorityStore {
  const select = () => db.selectFrom('authority').selectAll().select(PASSED_ON.as('passed_on'))
  const change = (odsCode: OdsCode) => db.updateTable('authority').where('ods_code', '=', odsCode)
  return {
    ofMailbox: async mailbox =>
      (await select().where('mailbox_id', '=', mailbox).orderBy('ods_code').execute()).map(authority),
    find: async odsCode => optional(await select().where('ods_code', '=', odsCode).executeTakeFirst()),
    hold: async odsCode =>
      optional(await select().where('ods_code', '=', odsCode).forUpdate().executeTakeFirst()),
    list: async () => (await select().orderBy('ods_code').execute()).map(authority),
    add: async ({ odsCode, name, mailbox, ...described }) => {
      const settings = { mailbox_id: mailbox, ...settingColumns(described) }
      await db
        .insertInto('authority')
        .values({ ods_code: odsCode, name, ...settings })
        .onConflict(conflict =>
          conflict.column('ods_code').doUpdateSet(({ eb, ref }) => ({
            ...settings,
            // What its own newest file calls it stays (rule 3.3).
            name: eb
              .case()
              .when('authority.written_created_at', 'is', null)
              .then(name)
              .else(ref('authority.name'))
              .end(),
          })),
        )
        .execute()
    },
    change: async (odsCode, settings) => {
      await change(odsCode).set(settingColumns(settings)).execute()
    },
    restartSequence: async odsCode => {
      await change(odsCode)
        .set(({ eb }) => ({ sequence_epoch: eb('sequence_epoch', '+', 1) }))
        .execute()
    },
    goLive: async (odsCode, at) => {
      await change(odsCode).set({ live_since: at }).execute()
    },
    suspend: async (odsCode, { since, why }) => {
      await change(odsCode).set({ suspended_since: since, suspended_why: why }).execute()
    },
    resume: async odsCode => {
      await change(odsCode).set({ suspended_since: null, suspended_why: null }).execute()
    },
  }
}

/** Only what is said. */
function settingColumns({
  gssCode,
  dfeCode,
  intervalHours,
  mode,
  toldAt,
  wave,
  hours,
  children,
}: SettingsChange) {
  return {
    ...(gssCode !== undefined && { gss_code: gssCode }),
    ...(dfeCode !== undefined && { dfe_code: dfeCode }),
    ...(intervalHours !== undefined && { interval_hours: intervalHours }),
    ...(mode !== undefined && { mode }),
    ...(toldAt !== undefined && { told_at: toldAt }),
    ...(wave !== undefined && { wave }),
    ...(hours !== undefined && { hours }),
    ...(children !== undefined && { children }),
  }
}

/** When and to whom its plans passed on; null where they did not. */
const PASSED_ON = sql<{ on: CalendarDate; to: Organisation[] } | null>`(
  select jsonb_build_object('on', s.on_day, 'to', (
    select jsonb_agg(jsonb_build_object('odsCode', a.ods_code, 'name', a.name) order by a.ods_code)
    from authority a where a.ods_code = any (s.successors)
  )) from succession s where s.from_authority = authority.ods_code and s.state = 'done'
)`

type AuthorityRow = Selectable<Schema['authority']> & {
  readonly passed_on: { readonly on: CalendarDate; readonly to: readonly Organisation[] } | null
}

function optional(row: AuthorityRow | undefined): Authority | undefined {
  return row && authority(row)
}

function authority(row: AuthorityRow): Authority {
  const odsCode = row.ods_code as OdsCode
  const standing = statusOf(row)
  return {
    odsCode,
    name: row.name,
    mailbox: row.mailbox_id as MailboxId,
    stage: stageOf(standing),
    ...standing,
    intervalHours: row.interval_hours,
    mode: row.mode,
    toldAt: row.told_at,
    ...(row.gss_code !== null && { gssCode: row.gss_code as GssCode }),
    ...(row.dfe_code !== null && { dfeCode: row.dfe_code as DfeCode }),
    ...(row.wave !== null && { wave: row.wave }),
    ...(row.children !== null && { children: row.children }),
    ...(row.hours !== null && { hours: row.hours as OfficeHours }),
    sequenceEpoch: row.sequence_epoch,
    ...(row.duty_phone !== null && {
      contact: {
        odsCode,
        name: row.name,
        dutyPhone: row.duty_phone,
        ...(row.office_phone !== null && { officePhone: row.office_phone }),
      },
    }),
  }
}

function statusOf({
  live_since,
  suspended_since,
  suspended_why,
  passed_on,
  passed_on_at,
}: AuthorityRow): AuthorityStatus {
  return {
    ...(live_since !== null && { liveSince: live_since }),
    ...(suspended_since !== null && { suspension: { since: suspended_since, why: suspended_why ?? '' } }),
    ...(passed_on && passed_on_at && { passedOn: { ...passed_on, at: passed_on_at } }),
  }
}
