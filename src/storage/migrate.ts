import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import * as mailboxes from './migrations/0001-mailboxes.ts'
import * as plans from './migrations/0002-plans.ts'
import * as accesses from './migrations/0003-accesses.ts'
import * as sandbox from './migrations/0004-sandbox.ts'
import * as clientSystems from './migrations/0005-client-systems.ts'
import * as clientExchanges from './migrations/0006-client-exchanges.ts'
import * as asynchronousAnswers from './migrations/0007-asynchronous-answers.ts'
import * as numberChanges from './migrations/0008-number-changes.ts'
import * as missedAppointments from './migrations/0009-missed-appointments.ts'
import * as concerns from './migrations/0010-concerns.ts'
import * as onboarding from './migrations/0011-onboarding.ts'
import * as relay from './migrations/0012-relay.ts'
import * as desk from './migrations/0013-desk.ts'
import * as oversight from './migrations/0014-oversight.ts'
import * as auditSeal from './migrations/0015-audit-seal.ts'
import * as toldAt from './migrations/0016-told-at.ts'
import * as concurrentWriters from './migrations/0017-concurrent-writers.ts'
import * as uploadAttempts from './migrations/0018-upload-attempts.ts'
import * as onePerson from './migrations/0019-one-person.ts'
import * as answerQuery from './migrations/0020-answer-query.ts'
import * as takenBack from './migrations/0021-taken-back.ts'
import * as heldPeople from './migrations/0022-held-people.ts'
import * as matchDecisions from './migrations/0023-match-decisions.ts'
import * as hours from './migrations/0024-hours.ts'
import * as retention from './migrations/0025-retention.ts'
import * as succession from './migrations/0026-succession.ts'
import * as plansToCheck from './migrations/0027-plans-to-check.ts'
import * as declaredChildren from './migrations/0028-declared-children.ts'
import * as outsideAsked from './migrations/0029-outside-asked.ts'
import * as queryMessages from './migrations/0030-query-messages.ts'
import * as readById from './migrations/0031-read-by-id.ts'
import * as appointmentNames from './migrations/0032-appointment-names.ts'
import * as repeatedRecords from './migrations/0033-repeated-records.ts'

import type { Schema } from './schema.ts'

const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-mailboxes': mailboxes,
  '0002-plans': plans,
  '0003-accesses': accesses,
  '0004-sandbox': sandbox,
  '0005-client-systems': clientSystems,
  '0006-client-exchanges': clientExchanges,
  '0007-asynchronous-answers': asynchronousAnswers,
  '0008-number-changes': numberChanges,
  '0009-missed-appointments': missedAppointments,
  '0010-concerns': concerns,
  '0011-onboarding': onboarding,
  '0012-relay': relay,
  '0013-desk': desk,
  '0014-oversight': oversight,
  '0015-audit-seal': auditSeal,
  '0016-told-at': toldAt,
  '0017-concurrent-writers': concurrentWriters,
  '0018-upload-attempts': uploadAttempts,
  '0019-one-person': onePerson,
  '0020-answer-query': answerQuery,
  '0021-taken-back': takenBack,
  '0022-held-people': heldPeople,
  '0023-match-decisions': matchDecisions,
  '0024-hours': hours,
  '0025-retention': retention,
  '0026-succession': succession,
  '0027-plans-to-check': plansToCheck,
  '0028-declared-children': declaredChildren,
  '0029-outside-asked': outsideAsked,
  '0030-query-messages': queryMessages,
  '0031-read-by-id': readById,
  '0032-appointment-names': appointmentNames,
  '0033-repeated-records': repeatedRecords,
}

/** Brings the database to this version's schema; answers the names of the steps taken. Safe when several start at once. */
export async function migrate(db: Kysely<Schema>): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  const { error, results } = await migrator.migrateToLatest()
  if (error) throw error
  return (results ?? []).map(result => result.migrationName)
}
