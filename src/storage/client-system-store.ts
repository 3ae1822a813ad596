import type { Kysely, Selectable } from 'kysely'
import type { Asid, ClientSystem } from '../domain/client-system.ts'
import type { OdsCode } from '../domain/organisation.ts'
import type { AccessKind } from '../domain/requester.ts'
import type { ClientSystemStore } from '../flows/ports.ts'
import type { Schema } from './schema.ts'

/** Clinical systems that may ask, by ASID (rule 9.5). */
export function clientSystemStore(db: Kysely<Schema>): ClientSystemStore {
  return {
    find: async asid => {
      const row = await db.selectFrom('client_system').selectAll().where('asid', '=', asid).executeTakeFirst()
      return row && clientSystem(row)
    },
    list: async () =>
      (await db.selectFrom('client_system').selectAll().orderBy('asid').execute()).map(clientSystem),
    add: async ({ asid, partyKey, organisation, allows }) => {
      const described = {
        party_key: partyKey,
        ods_code: organisation.odsCode,
        organisation_name: organisation.name,
        unscheduled: allows.includes('unscheduled'),
        scheduled: allows.includes('scheduled'),
      }
      await db
        .insertInto('client_system')
        .values({ asid, ...described })
        .onConflict(conflict => conflict.column('asid').doUpdateSet(described))
        .execute()
    },
    remove: async asid => {
      await db.deleteFrom('client_system').where('asid', '=', asid).execute()
    },
  }
}

function clientSystem(row: Selectable<Schema['client_system']>): ClientSystem {
  const kinds: readonly AccessKind[] = ['unscheduled', 'scheduled']
  return {
    asid: row.asid as Asid,
    partyKey: row.party_key,
    organisation: { odsCode: row.ods_code as OdsCode, name: row.organisation_name },
    allows: kinds.filter(kind => row[kind]),
  }
}
