import { type Kysely, sql } from 'kysely'
import type { CalendarDate } from '../../domain/english-time.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { HeldPersonFault } from '../../domain/person/held-person.ts'
import type { HeldPeople } from '../../flows/person/ports.ts'
import type { Schema } from '../schema.ts'

interface HeldRow {
  readonly authority: OdsCode
  readonly given: string
  readonly family: string
  readonly birth_date: CalendarDate
  readonly fault: HeldPersonFault | null
}

/** People with a visible plan, as their authorities hold them, and what is not so in PDS any more (rule 14.9). */
export function heldPeople(db: Kysely<Schema>): HeldPeople {
  return {
    find: async (nhsNumber, at) => {
      // Without its offset the inner query would be joined to the plans of everybody.
      const { rows } = await sql<HeldRow>`
        select distinct on (p.authority) p.authority, p.given, p.family, p.birth_date, f.fault
        from person_number n
        cross join lateral (
          select * from speaking_plan s where s.person = n.person and s.nhs_number = n.nhs_number offset 0
        ) p
        left join held_person_fault f on f.nhs_number = n.nhs_number and f.authority = p.authority
        where n.nhs_number = ${nhsNumber} and p.delete_time is null and p.visible_until > ${at}
        order by p.authority, p.written_created_at desc, p.written_sequence desc`.execute(db)
      return rows.map(({ authority, given, family, birth_date: birthDate, fault }) => ({
        authority,
        subject: { given, family, birthDate },
        ...(fault && { fault }),
      }))
    },

    keep: async (nhsNumber, authority, fault, at) => {
      if (!fault) {
        await db
          .deleteFrom('held_person_fault')
          .where('nhs_number', '=', nhsNumber)
          .where('authority', '=', authority)
          .execute()
        return
      }
      await sql`
        insert into held_person_fault (nhs_number, authority, fault, since)
        values (${nhsNumber}, ${authority}, ${JSON.stringify(fault)}::jsonb, ${at})
        on conflict (nhs_number, authority) do update set fault = excluded.fault, since = excluded.since`.execute(
        db,
      )
    },

    forgetOthers: async (nhsNumber, authorities) => {
      await sql`delete from held_person_fault where nhs_number = ${nhsNumber} and authority <> all (${[...authorities]}::text[])`.execute(
        db,
      )
    },
  }
}
