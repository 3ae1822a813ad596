import { type Kysely, sql } from 'kysely'
import { neglectedBefore } from '../../domain/notification/due.ts'
import { meetsGoLive } from '../../domain/registration/authority.ts'
import type { OfficeHours } from '../../domain/registration/office-hours.ts'
import { type Finding, ISSUE_KINDS, type Issue, type issueKey } from '../../domain/watch/issue.ts'
import type { IssueStore } from '../../flows/watch/ports.ts'
import { holidayStore } from '../registration/holiday-store.ts'
import type { Schema } from '../schema.ts'
import { failedRecords } from '../upload/failing-records.ts'
import { matchRates } from '../upload/match-rates.ts'
import { FINDINGS, type FindingRow, type NeglectedBefore } from './issue-findings.ts'

/** What is wrong with the exchange with authorities: an issue without `cleared_at` is open (rule 16.1). */
export function issueStore(db: Kysely<Schema>): IssueStore {
  return {
    beginRound: async ({ at, nextBy }) => {
      const round = { at, next_by: nextBy }
      await db
        .insertInto('watch_round')
        .values(round)
        .onConflict(conflict => conflict.column('single').doUpdateSet(round))
        .execute()
    },

    lastRound: async () => {
      const row = await db.selectFrom('watch_round').select(['at', 'next_by']).executeTakeFirst()
      return row && { at: row.at, nextBy: row.next_by }
    },

    find: async at => {
      const found: Finding[] = []
      const neglected = await neglectedBy(db, at)
      for (const kind of ISSUE_KINDS) {
        const { rows } =
          kind === 'match-rate'
            ? { rows: await lowMatchRates(db, at) }
            : await FINDINGS[kind](at, neglected).execute(db)
        found.push(...rows.map(row => finding(kind, row)))
      }
      return found
    },

    open: async authority => {
      let open = db.selectFrom('concern').selectAll().where('cleared_at', 'is', null)
      if (authority !== undefined) open = open.where('authority', '=', authority)
      const rows = await open.orderBy('authority').orderBy('kind').orderBy('subject').execute()
      return rows.map(row => ({ ...finding(row.kind, row), raisedAt: row.raised_at }) as Issue)
    },

    raise: async (findings, at) => {
      if (findings.length === 0) return
      const rows = findings.map(({ authority, kind, subject, since, details }) => ({
        authority,
        kind,
        subject,
        since,
        raised_at: at,
        details: JSON.stringify(details),
      }))
      await db.insertInto('concern').values(rows).execute()
    },

    update: async findings => {
      for (const { since, details, ...key } of findings) {
        await openIssue(db, key)
          .set({ since, details: JSON.stringify(details) })
          .execute()
      }
    },

    clear: async (concerns, at) => {
      for (const issue of concerns) await openIssue(db, issue).set({ cleared_at: at }).execute()
    },

    confirmPhones: async (authority, { dutyPhone, officePhone }, at) => {
      const confirmed = { duty_phone: dutyPhone, office_phone: officePhone ?? null, confirmed_at: at }
      await db
        .insertInto('confirmed_phones')
        .values({ authority, ...confirmed })
        .onConflict(conflict => conflict.column('authority').doUpdateSet(confirmed))
        .execute()
    },

    acceptGaps: async authority => {
      await sql`
        insert into accepted_gaps (authority, sequence_epoch, up_to)
        select a.ods_code, a.sequence_epoch, max(u.sequence)
        from authority a join upload u on u.authority = a.ods_code and u.sequence_epoch = a.sequence_epoch
        where a.ods_code = ${authority} and u.series = 'system' and u.file_code is not null group by 1, 2
        on conflict (authority) do update set sequence_epoch = excluded.sequence_epoch, up_to = excluded.up_to`.execute(
        db,
      )
    },

    failedRecords: authority => failedRecords(db, authority),
  }
}

/** By each authority's own hours where it has said them, and the bank holidays that were set (rule 21.10). */
async function neglectedBy(db: Kysely<Schema>, at: Date): Promise<NeglectedBefore> {
  const holidays = await holidayStore(db).days()
  const told = await db
    .selectFrom('authority')
    .select(['ods_code', 'hours'])
    .where('told_at', '=', 'desk')
    .execute()
  return told.map(({ ods_code, hours }) => ({
    authority: ods_code,
    before: neglectedBefore(at, { hours: (hours ?? undefined) as OfficeHours | undefined, holidays }),
  }))
}

/** By the one match rate of each authority that is or was live: one that is being onboarded meets it at the gate (rule 16.6). */
async function lowMatchRates(db: Kysely<Schema>, at: Date): Promise<readonly FindingRow[]> {
  const rates = [...(await matchRates(db, at))]
  return rates
    .filter(([, rate]) => rate.scope === 'holding' && !meetsGoLive(rate))
    .map(([authority, { matched, total, asOf }]) => ({
      authority,
      subject: '',
      since: asOf,
      details: { matched, records: total },
    }))
}

function openIssue(db: Kysely<Schema>, { authority, kind, subject }: Parameters<typeof issueKey>[0]) {
  return db
    .updateTable('concern')
    .where('authority', '=', authority)
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('cleared_at', 'is', null)
}

/** The statement of each kind makes the details of that kind. */
function finding(kind: Finding['kind'], { authority, subject, since, details }: FindingRow): Finding {
  return { kind, authority, subject, since, details } as Finding
}
