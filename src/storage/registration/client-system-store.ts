import type { Kysely, Selectable } from 'kysely'
import type { OdsCode } from '../../domain/organisation.ts'
import type { AccessKind } from '../../domain/query/requester.ts'
import type { Asid, CertificateFingerprint, ClientSystem } from '../../domain/registration/client-system.ts'
import type { ClientSystemStore } from '../../flows/registration/ports.ts'
import type { Schema } from '../schema.ts'

/** Clinical systems that may ask, by ASID (rule 9.5). */
export function clientSystemStore(db: Kysely<Schema>): ClientSystemStore {
  const systems = () => db.selectFrom('client_system').selectAll().orderBy('asid')
  return {
    find: async asid => {
      const row = await systems().where('asid', '=', asid).executeTakeFirst()
      return row && clientSystem(row)
    },
    withContract: async cpaId => {
      const row = await systems().where('cpa_id', '=', cpaId).executeTakeFirst()
      return row && clientSystem(row)
    },
    ofOrganisation: async odsCode =>
      (await systems().where('ods_code', '=', odsCode).execute()).map(clientSystem),
    list: async () => (await systems().execute()).map(clientSystem),
    add: async ({ asid, partyKey, organisation, allows, exchanges, contract, certificate }) => {
      const { cpaId, ...terms } = contract ?? {}
      const described = {
        party_key: partyKey,
        ods_code: organisation.odsCode,
        organisation_name: organisation.name,
        unscheduled: allows.includes('unscheduled'),
        scheduled: allows.includes('scheduled'),
        exchanges,
        cpa_id: cpaId ?? null,
        contract: contract ? JSON.stringify(terms) : null,
        certificate: certificate ?? null,
      }
      await db
        .insertInto('client_system')
        .values({ asid, ...described })
        .onConflict(conflict => conflict.column('asid').doUpdateSet(described))
        .execute()
    },
    remove: async asid => {
      const { numDeletedRows } = await db
        .deleteFrom('client_system')
        .where('asid', '=', asid)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
  }
}

function clientSystem(row: Selectable<Schema['client_system']>): ClientSystem {
  const kinds: readonly AccessKind[] = ['unscheduled', 'scheduled']
  const { cpa_id: cpaId, contract, certificate } = row
  return {
    asid: row.asid as Asid,
    partyKey: row.party_key,
    organisation: { odsCode: row.ods_code as OdsCode, name: row.organisation_name },
    allows: kinds.filter(kind => row[kind]),
    exchanges: row.exchanges,
    ...(contract && cpaId !== null && { contract: { cpaId, ...contract } }),
    ...(certificate !== null && { certificate: certificate as CertificateFingerprint }),
  }
}
