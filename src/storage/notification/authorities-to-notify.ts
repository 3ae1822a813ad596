import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Schema } from '../schema.ts'

/** Authorities that are told in their mailbox (rule 19.9), and for which there is a row as described of `authority a`. */
export async function authoritiesToNotify(
  db: Kysely<Schema>,
  waiting: RawBuilder<unknown>,
): Promise<readonly OdsCode[]> {
  const { rows } = await sql<{ ods_code: OdsCode }>`
    select ods_code from authority a where told_at = 'mailbox' and exists (${waiting}) order by ods_code`.execute(
    db,
  )
  return rows.map(row => row.ods_code)
}
