import { CompiledQuery, type Kysely } from 'kysely'
import type { RegisterStores, Storage } from '../flows/ports.ts'
import { auditLog } from './audit/audit-log.ts'
import { sealedLog, sealStore } from './audit/audit-seal-store.ts'
import type { Jobs } from './job-queue.ts'
import { mailboxStore } from './mailbox/mailbox-store.ts'
import { messageStore } from './mailbox/message-store.ts'
import { payloadStore } from './mailbox/payload-store.ts'
import { workflowStore } from './mailbox/workflow-store.ts'
import { authorityPageStore } from './notification/authority-page-store.ts'
import { missedAppointmentStore } from './notification/missed-appointment-store.ts'
import { notificationStore } from './notification/notification-store.ts'
import type { Connections } from './open-database.ts'
import { heldPeople } from './person/held-people.ts'
import { numberChanges } from './person/number-changes.ts'
import { numberDirectory } from './person/number-directory.ts'
import { numberLooks } from './person/number-looks.ts'
import { asynchronousAnswerStore } from './query/asynchronous-answer-store.ts'
import { queryMessageStore } from './query/query-message-store.ts'
import { queryStore, type RunStatement } from './query/query-store.ts'
import { authorityStore } from './registration/authority-store.ts'
import { clientSystemStore } from './registration/client-system-store.ts'
import { holidayStore } from './registration/holiday-store.ts'
import { organisationStore } from './registration/organisation-store.ts'
import { successionStore } from './registration/succession-store.ts'
import { relayStore } from './relay/relay-store.ts'
import { retentionStore } from './retention/retention-store.ts'
import type { Schema } from './schema.ts'
import { matchDecisions } from './upload/match-decisions.ts'
import { plansToCheckStore } from './upload/plans-to-check.ts'
import { uploadAttempts } from './upload/upload-attempts.ts'
import { uploadHistory } from './upload/upload-history.ts'
import { uploadStore } from './upload/upload-store.ts'
import { issueStore } from './watch/issue-store.ts'
import { oversightStore } from './watch/oversight-store.ts'

/** Every store over one kind of connections. */
export function storage(database: Connections, jobs: Jobs): Storage {
  return {
    ...storesOn(database.kysely, database.statement, jobs),
    transaction: work =>
      database.kysely.transaction().execute(trx => work(storesOn(trx, statementsWithin(trx), jobs))),
    registration: work =>
      database.kysely.transaction().execute(async trx => {
        await trx.selectFrom('register_lock').selectAll().forUpdate().executeTakeFirstOrThrow()
        return work(storesOn(trx, statementsWithin(trx), jobs))
      }),
  }
}

function storesOn(db: Kysely<Schema>, run: RunStatement, jobs: Jobs): RegisterStores {
  return {
    audit: auditLog(db),
    seal: sealStore(db),
    sealedLog: sealedLog(db),
    authorities: authorityStore(db),
    holidays: holidayStore(db),
    successions: successionStore(db),
    organisations: organisationStore(db),
    clientSystems: clientSystemStore(db),
    asynchronousAnswers: asynchronousAnswerStore(db),
    queryMessages: queryMessageStore(db),
    uploads: uploadStore(db),
    uploadHistory: uploadHistory(db),
    uploadAttempts: uploadAttempts(db),
    matchDecisions: matchDecisions(db),
    plansToCheck: plansToCheckStore(db),
    queries: queryStore(run),
    notifications: notificationStore(db),
    missedAppointments: missedAppointmentStore(db),
    numbers: { ...numberDirectory(db), ...numberLooks(db), ...numberChanges(db) },
    heldPeople: heldPeople(db),
    issues: issueStore(db),
    authorityPages: authorityPageStore(db),
    oversight: oversightStore(db),
    mailboxes: mailboxStore(db),
    workflows: workflowStore(db),
    messages: messageStore(db),
    payloads: payloadStore(db),
    relay: relayStore(db),
    retention: retentionStore(db),
    jobs: jobs.queue(db),
  }
}

/** Inside a transaction a statement goes the way of every other query, since it must use the transaction's connection. */
function statementsWithin(trx: Kysely<Schema>): RunStatement {
  return async <Row>(_name: string, text: string, values: readonly unknown[]) =>
    (await trx.executeQuery(CompiledQuery.raw(text, [...values]))).rows as Row[]
}
