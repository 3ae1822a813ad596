import type { Kysely } from 'kysely'
import type { MatchDecisionStore } from '../../flows/upload/ports.ts'
import type { Schema } from '../schema.ts'

/** What officers have decided about possible matches (rule 3.25). */
export function matchDecisions(db: Kysely<Schema>): MatchDecisionStore {
  return {
    async find(authority, { nhsNumber, name, birthDate }) {
      const row = await db
        .selectFrom('match_decision')
        .select('decision')
        .where('authority', '=', authority)
        .where('nhs_number', '=', nhsNumber)
        .where('name', '=', name)
        .where('birth_date', '=', birthDate)
        .executeTakeFirst()
      return row?.decision
    },

    async keep(authority, { nhsNumber, name, birthDate }, decision, at) {
      const kept = await db
        .insertInto('match_decision')
        .values({
          authority,
          nhs_number: nhsNumber,
          name,
          birth_date: birthDate,
          decision,
          decided_at: at,
        })
        .onConflict(conflict =>
          conflict
            .columns(['authority', 'nhs_number', 'name', 'birth_date'])
            .doUpdateSet({ decision, decided_at: at })
            .where('match_decision.decision', '<>', decision),
        )
        .executeTakeFirst()
      return (kept.numInsertedOrUpdatedRows ?? 0n) > 0n
    },
  }
}
