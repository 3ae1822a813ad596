import type { Kysely, Selectable } from 'kysely'
import type { OdsCode } from '../../domain/organisation.ts'
import type { CareOrganisation } from '../../domain/registration/care-setting.ts'
import type { OrganisationStore } from '../../flows/registration/ports.ts'
import type { Schema } from '../schema.ts'

/** The organisations of health that use the service (rule 19.7). */
export function organisationStore(db: Kysely<Schema>): OrganisationStore {
  const organisations = () => db.selectFrom('organisation').selectAll().orderBy('ods_code')
  return {
    find: async odsCode => {
      const row = await organisations().where('ods_code', '=', odsCode).executeTakeFirst()
      return row && organisation(row)
    },
    list: async () => (await organisations().execute()).map(organisation),
    add: async ({ odsCode, name, settings, wave }) => {
      const described = { name, settings, wave: wave ?? null }
      await db
        .insertInto('organisation')
        .values({ ods_code: odsCode, ...described })
        .onConflict(conflict => conflict.column('ods_code').doUpdateSet(described))
        .execute()
    },
    remove: async odsCode => {
      await db.deleteFrom('organisation').where('ods_code', '=', odsCode).execute()
    },
  }
}

function organisation({
  ods_code,
  name,
  settings,
  wave,
}: Selectable<Schema['organisation']>): CareOrganisation {
  return { odsCode: ods_code as OdsCode, name, settings, ...(wave !== null && { wave }) }
}
