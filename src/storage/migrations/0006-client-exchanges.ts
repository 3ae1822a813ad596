import { type Kysely, sql } from 'kysely'

/** What each client system may use, how it is answered later, and the certificate it shows (rules 9.5 and 9.7). */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Systems that are there already were let in for the one exchange there was.
  await sql`alter table client_system
    add column exchanges text[] not null default '{synchronous}',
    add column cpa_id text unique,
    add column contract jsonb,
    add column certificate text,
    add check (cardinality(exchanges) > 0),
    add check ((cpa_id is null) = (contract is null)),
    add check (cpa_id is not null or not 'asynchronous' = any (exchanges))`.execute(db)
  await sql`alter table client_system alter column exchanges drop default`.execute(db)
  await sql`create index client_system_organisation on client_system (ods_code)`.execute(db)
}
