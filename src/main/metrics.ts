import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { RETAINED_KINDS } from '../domain/retention/personal-data.ts'
import { ISSUE_KINDS } from '../domain/watch/issue.ts'
import type { Connections } from '../storage/open-database.ts'
import { within } from './within.ts'

export interface Metrics {
  request(labels: { via: string; method: string; route: string; status: number }, seconds: number): void
  read(): Promise<{ contentType: string; text: string }>
}

/** What waits in the database, read when metrics are asked for: numbers that tell an operator that something is stuck. */
const WAITING = `
select
  pending.notifications,
  pending.oldest_notification,
  (select count(*) from message where status = 'accepted' and recipient = $1 and kind = 'DATA') as uploads,
  (select coalesce(extract(epoch from now() - min(accepted_at)), 0)::float8
   from message where status = 'accepted' and recipient = $1 and kind = 'DATA') as oldest_upload,
  (select count(*) from message where status = 'accepted' and recipient = $1 and kind = 'REPORT') as uncollected,
  (select count(*) from outside_arrival where reason is not null) as set_aside,
  (select coalesce(extract(epoch from now() - min(fault_since)), 0)::float8 from outside_mailbox) as outside_fault,
  (select count(*) from message m join outside_dispatch d on d.message_id = m.id
   where m.status = 'accepted' and d.reason is not null) as untaken,
  (select count(*) from asynchronous_answer where state = 'waiting') as answers,
  (select count(*) from asynchronous_answer where state = 'undeliverable') as undelivered,
  (select count(*) from audit_waiting) as unsealed,
  (select count(*) from upload_attempt t join message m on m.id = t.message_id and m.status = 'accepted'
   where t.set_aside_at is not null) as uploads_set_aside,
  (select coalesce(checked_findings, 0) from audit_tree) as audit_findings
from (
  select count(*) as notifications, coalesce(extract(epoch from now() - min(accessed_at)), 0)::float8 as oldest_notification
  from notification n join authority a on a.ods_code = n.authority and a.told_at = 'mailbox'
  where n.message_id is null and not n.told_at_desk
) pending`

/** What is wrong with how authorities and the service exchange, and how long ago that and the audit log were looked at: for ever, if never. */
const OPEN_ISSUES = `
select kind, count(*) as open, null::float8 as seconds from concern where cleared_at is null group by kind
union all
select 'watched', 0, extract(epoch from now() - at)::float8 from watch_round
union all
select 'audit checked', 0, extract(epoch from now() - checked_at)::float8 from audit_tree`

/** What the last whole passes over personal data found: how long ago the oldest of them ended, for ever where one never did (rule 23.11). */
const RETENTION = `
select kind, (p.found ->> 'held')::bigint as held, (p.found ->> 'past')::bigint as past,
  extract(epoch from now() - p.ended_at)::float8 as seconds
from unnest($1::text[]) kind left join retention_pass p using (kind)`

interface RetentionRow {
  readonly kind: string
  readonly held: number | null
  readonly past: number | null
  readonly seconds: number | null
}

interface IssuesRow {
  readonly kind: string
  readonly open: number
  readonly seconds: number | null
}

/** So long (milliseconds) is waited for the database before metrics are given without its numbers. */
const READ_WITHIN_MS = 3_000

/** Metrics for Prometheus: no label and no value is of a person (rule 8.2). */
export function createMetrics(database: Connections, cpisMailbox: string): Metrics {
  const register = new Registry()
  collectDefaultMetrics({ register })
  const requests = new Histogram({
    name: 'cpis_request_seconds',
    help: 'Time to answer a request',
    labelNames: ['via', 'method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [register],
  })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [register] })
  const gauges = {
    notifications: gauge('cpis_notifications_waiting', 'Notifications not yet in a mailbox'),
    oldest_notification: gauge(
      'cpis_notification_oldest_seconds',
      'Age of the oldest notification not yet in a mailbox',
    ),
    uncollected: gauge(
      'cpis_messages_uncollected',
      'Messages to authorities that nobody collected in time, last 5 days',
    ),
    set_aside: gauge('cpis_mesh_set_aside', 'Messages fetched from senders that may not send them'),
    outside_fault: gauge(
      'cpis_mesh_fault_seconds',
      'How long the MESH server elsewhere has not let us fetch',
    ),
    untaken: gauge('cpis_mesh_untaken', 'Messages that the MESH server elsewhere has not taken yet'),
    uploads: gauge('cpis_uploads_waiting', 'Uploads received and not yet acknowledged'),
    uploads_set_aside: gauge(
      'cpis_uploads_set_aside',
      'Uploads that could not be received and wait for an operator',
    ),
    answers: gauge('cpis_answers_waiting', 'Answers not yet acknowledged by the systems that asked'),
    undelivered: gauge('cpis_answers_undelivered', 'Answers that their systems did not take, last 24 hours'),
    unsealed: gauge('cpis_audit_unsealed', 'Audit entries that are not sealed yet'),
    audit_findings: gauge(
      'cpis_audit_findings',
      'What the last check of the audit log found: see cpis audit verify',
    ),
    oldest_upload: gauge('cpis_upload_oldest_seconds', 'Age of the oldest upload not yet acknowledged'),
  }
  const concerns = new Gauge({
    name: 'cpis_concerns',
    help: 'What is wrong with how authorities and the service exchange: see cpis watch',
    labelNames: ['kind'],
    registers: [register],
  })
  const watched = gauge('cpis_watched_seconds', 'How long ago the exchange with authorities was looked at')
  const answering = gauge('cpis_database_answers', 'Whether the database answered when these were read')
  const checked = gauge('cpis_audit_checked_seconds', 'How long ago the whole audit log was checked')
  const ofKind = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['kind'], registers: [register] })
  const held = ofKind('cpis_retention_held', 'Rows of personal data at the last pass: see cpis retention')
  const past = ofKind('cpis_retention_past', 'Of these, rows that were past their period and stayed')
  const passed = gauge(
    'cpis_retention_seconds',
    'How long ago the oldest of the last passes over personal data ended',
  )
  return {
    request: (labels, seconds) => requests.observe(labels, seconds),
    read: async () => {
      try {
        await within(READ_WITHIN_MS, readDatabase())
        answering.set(1)
      } catch {
        // What is not known must not pass for nothing: the process's own numbers are told all the same.
        answering.set(0)
        for (const gauge of [...Object.values(gauges), watched, checked, passed]) gauge.set(Number.NaN)
        for (const kind of RETAINED_KINDS) for (const gauge of [held, past]) gauge.set({ kind }, Number.NaN)
        for (const kind of ISSUE_KINDS) concerns.set({ kind }, Number.NaN)
      }
      return { contentType: register.contentType, text: await register.metrics() }
    },
  }

  async function readDatabase(): Promise<void> {
    const [waiting] = await database.statement<Record<keyof typeof gauges, number>>('waiting', WAITING, [
      cpisMailbox,
    ])
    for (const name of Object.keys(gauges) as (keyof typeof gauges)[]) gauges[name].set(waiting?.[name] ?? 0)
    const found = await database.statement<IssuesRow>('concerns', OPEN_ISSUES, [])
    for (const kind of ISSUE_KINDS) concerns.set({ kind }, found.find(row => row.kind === kind)?.open ?? 0)
    const secondsSince = (kind: string) =>
      found.find(row => row.kind === kind)?.seconds ?? Number.POSITIVE_INFINITY
    watched.set(secondsSince('watched'))
    checked.set(secondsSince('audit checked'))
    const passes = await database.statement<RetentionRow>('retention', RETENTION, [RETAINED_KINDS])
    for (const { kind, ...found } of passes) {
      held.set({ kind }, found.held ?? Number.NaN)
      past.set({ kind }, found.past ?? Number.NaN)
    }
    passed.set(Math.max(...passes.map(({ seconds }) => seconds ?? Number.POSITIVE_INFINITY)))
  }
}
