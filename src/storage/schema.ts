/** More than 300 lines: every table once, in one place. */

import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { MessageFailure, MessageLabel } from '../domain/mailbox/mesh-message.ts'
import type { HeldPersonFault } from '../domain/person/held-person.ts'
import type { MatchDecision } from '../domain/person/match-decision.ts'
import type { Author } from '../domain/query/requester.ts'
import type { NotifiedBy, UploadMode } from '../domain/registration/authority.ts'
import type { CareSetting } from '../domain/registration/care-setting.ts'
import type { ClientExchange, MessagingContract } from '../domain/registration/client-system.ts'
import type { RetainedKind } from '../domain/retention/personal-data.ts'
import type { OverlappedPlan } from '../domain/upload/acknowledgement.ts'
import type { RecordFault } from '../domain/upload/record-faults.ts'
import type { RecordAsSent, UploadHeader, UploadSeries } from '../domain/upload/upload.ts'
import type { IssueDetails, IssueKind } from '../domain/watch/issue.ts'
import type { NotificationStep } from '../flows/notification/ports.ts'
import type { PassCounts } from '../flows/retention/ports.ts'

/** The tables as queries see them. `timestamptz` is a `Date` (instant), `date` a string, `bigint` a number, on both engines. */
export interface Schema {
  mailbox: { id: string; name: string; ods_code: string; password: string }
  spent_token: { mailbox_id: string; nonce: string; nonce_count: string; spent_at: Date }
  register_lock: { single: Generated<boolean> }
  workflow: { id: string; description: string }
  workflow_member: { workflow_id: string; mailbox_id: string; may: 'send' | 'receive' }
  payload_chunk: {
    payload_id: string
    chunk: number
    encoding: 'gzip' | 'identity'
    size: number
    content_id: string
  }
  payload_piece: { content_id: string; piece: number; written_at: Generated<Date>; bytes: Uint8Array }
  message: MessageTable
  inbox_order: { mailbox: string; last: number }
  authority: AuthorityTable
  bank_holiday: { day: string; title: string; notes: string }
  upload: UploadTable
  upload_record: UploadRecordTable
  upload_attempt: { message_id: string; attempts: number; set_aside_at: Date | null; reason: string | null }
  upload_plan: UploadPlanTable
  plan: PlanTable
  person_number: PersonNumberTable
  number_feed: { single: Generated<boolean>; heard_at: Date }
  held_person_fault: {
    nhs_number: string
    authority: string
    fault: JSONColumnType<HeldPersonFault>
    since: Date
  }
  plan_taken_back: PlanTakenBackTable
  match_decision: {
    authority: string
    nhs_number: string
    name: string
    birth_date: string
    decision: MatchDecision
    decided_at: Date
  }
  confirmed_plan: ConfirmedPlanTable
  succession: SuccessionTable
  succession_plan: SuccessionPlanTable
  number_change: NumberChangeTable
  last_listed: { person: string; author_key: string; listed_at: Date }
  access: AccessTable
  notification: NotificationTable
  missed_appointment: MissedAppointmentTable
  missed_appointment_alert: MissedAppointmentAlertTable
  missed_appointment_name: {
    organisation: string
    identifier_system: string
    identifier_value: string
    report_id: string
  }
  audit: AuditTable
  audit_waiting: { id: string }
  audit_leaf: { position: number; entry: string; hash: Uint8Array }
  audit_part: { level: number; index: number; hash: Uint8Array }
  audit_checkpoint: { size: number; key_id: string; at: Date; note: string }
  audit_tree: AuditTreeTable
  client_system: ClientSystemTable
  test_upload: TestUploadTable
  organisation: { ods_code: string; name: string; settings: readonly CareSetting[]; wave: string | null }
  concern: IssueTable
  watch_round: { single: Generated<boolean>; at: Date; next_by: Date }
  confirmed_phones: ConfirmedPhonesTable
  accepted_gaps: { authority: string; sequence_epoch: number; up_to: number }
  failing_record: FailingRecordTable
  desk_step: NotificationStepTable
  desk_draft: UploadDraftTable
  desk_sequence: { authority: string; last: number }
  asynchronous_answer: AsynchronousAnswerTable
  query_message: { caller: string; message_id: string; digest: string; received_at: Date }
  outside_mailbox: OutsideMailboxTable
  outside_arrival: { outside_id: string; message_id: string; arrived_at: Date; reason: string | null }
  outside_dispatch: OutsideDispatchTable
  hour_count: { hour: Date; what: string; count: number }
  retention_pass: RetentionPassTable
  legal_hold: LegalHoldTable
  legal_hold_lock: { single: Generated<boolean> }
  removed_plan_count: { authority: string; plan_type: string; month: string; count: number }
  sandbox_memory: { name: string; value: JSONColumnType<object> }
}

export interface MessageTable {
  id: string
  sender: string | null
  recipient: string
  workflow_id: string
  kind: 'DATA' | 'REPORT'
  status: 'uploading' | 'accepted' | 'acknowledged' | 'undeliverable'
  label: JSONColumnType<Omit<MessageLabel, 'to' | 'workflowId' | 'localId'>>
  local_id: string | null
  total_chunks: number
  size: number
  payload_id: string | null
  linked_message_id: string | null
  failure: JSONColumnType<Omit<MessageFailure, 'at'> & { at: string }> | null
  uploaded_at: Date
  accepted_at: Date | null
  accepted_order: number | null
  acknowledged_at: Date | null
  expires_at: Date
}

interface AuthorityTable {
  ods_code: string
  name: string
  mailbox_id: string
  duty_phone: string | null
  office_phone: string | null
  written_created_at: Date | null
  written_sequence: number | null
  sequence_epoch: Generated<number>
  gss_code: string | null
  dfe_code: string | null
  interval_hours: Generated<number>
  mode: Generated<UploadMode>
  told_at: Generated<NotifiedBy>
  wave: string | null
  hours: string | null
  children: number | null
  live_since: Date | null
  suspended_since: Date | null
  suspended_why: string | null
  passes_on: Generated<boolean>
  passed_on_at: Generated<Date | null>
}

interface UploadTable {
  id: string
  authority: string
  sequence: number
  sequence_epoch: number
  series: UploadSeries
  created_at: Date
  received_at: Date
  message_id: string
  digest: string
  record_count: number
  loaded: number
  failed: number
  matched: Generated<number>
  file_code: string | null
  acknowledgement_payload_id: string | null
}

interface TestUploadTable {
  id: string
  authority: string
  sequence: number
  created_at: Date
  received_at: Date
  file_code: string
  loaded: number
  failed: number
  matched: number
}

interface UploadRecordTable {
  upload_id: string
  position: number
  nhs_number: string | null
  given: string | null
  family: string | null
  birth_date: string | null
  local_id: string | null
  local_id_authority: string | null
  sent: JSONColumnType<RecordAsSent>
  fault: JSONColumnType<RecordFault> | null
  overlapped: JSONColumnType<OverlappedPlan> | null
  repeats: number | null
}

interface UploadPlanTable {
  upload_id: string
  position: number
  block: number
  nhs_number: string
  plan_type: string
  start_time: string
  unborn: Generated<string>
  end_time: string | null
  delete_time: string | null
  visible_until: Date
}

interface PersonNumberTable {
  nhs_number: string
  person: string
  state: Generated<'unasked' | 'live' | 'replaced' | 'invalid' | 'unknown'>
  restricted: Generated<boolean>
  replaced_by: Generated<string | null>
  follows: Generated<string | null>
  version: Generated<number>
  looked_at: Generated<Date | null>
  due_at: Date
  claimed_until: Generated<Date | null>
}

interface PlanTakenBackTable {
  person: string
  authority: string
  plan_type: string
  start_time: string
  unborn: Generated<string>
  nhs_number: string
  what: 'end' | 'delete'
  time: string
  written_created_at: Date
  written_sequence: number
}

interface ConfirmedPlanTable {
  authority: string
  nhs_number: string
  plan_type: string
  start_time: string
  unborn: string
  beside: string
  written_created_at: Date
  written_sequence: number
  confirmed_at: Date
}

interface SuccessionTable {
  id: string
  from_authority: string
  on_day: string
  default_successor: string
  successors: readonly string[]
  listed: boolean
  state: Generated<'planned' | 'done' | 'undone' | 'withdrawn'>
  planned_at: Date
  planned_by: string
  waits_for: Generated<string | null>
  waits_since: Generated<Date | null>
  done_at: Generated<Date | null>
  undone_at: Generated<Date | null>
}

interface SuccessionPlanTable {
  person: string
  nhs_number: string
  succession: string
  plan_type: string
  start_day: string
  local_id: string
  successor: string
  new_local_id: string | null
  row_number: number | null
  kept: Generated<boolean>
}

interface AccessTable {
  person: string
  nhs_number: string
  accessed_at: Date
  id: string
  author: JSONColumnType<Author>
  author_key: string
}

interface PlanTable {
  person: string
  nhs_number: string
  authority: string
  plan_type: string
  start_time: string
  unborn: Generated<string>
  id: Generated<string>
  end_time: string | null
  delete_time: string | null
  given: string
  family: string
  birth_date: string
  local_id: string | null
  local_id_authority: string | null
  visible_until: Date
  ever_loaded: boolean
  written_created_at: Date
  written_sequence: number
  written_received_at: Date
  taken_back_created_at: Generated<Date | null>
  taken_back_sequence: Generated<number | null>
}

interface NotificationTable {
  nhs_number: string
  id: Generated<string>
  access_id: string
  authority: string
  accessed_at: Date
  author: JSONColumnType<Author>
  local_id: string | null
  local_id_authority: string | null
  upload_sequence: number
  message_id: string | null
  acknowledged_at: Generated<Date | null>
  told_at_desk: Generated<boolean>
}

interface MissedAppointmentTable {
  organisation: string
  identifier_system: string
  identifier_value: string
  id: string
  nhs_number: string
  starts_at: Date
  ends_at: Date | null
  service: string | null
  description: string | null
  author: JSONColumnType<Author>
  reported_at: Date
}

interface MissedAppointmentAlertTable {
  nhs_number: string
  report_id: string
  authority: string
  reported_at: Date
  local_id: string | null
  local_id_authority: string | null
  acknowledged_at: Generated<Date | null>
}

interface NumberChangeTable {
  nhs_number: string
  authority: string
  version: number
  replacement: string
  noticed_at: Date
  local_id: string | null
  local_id_authority: string | null
  upload_sequence: number
  message_id: string | null
  id: Generated<string>
  acknowledged_at: Generated<Date | null>
  told_at_desk: Generated<boolean>
}

interface ClientSystemTable {
  asid: string
  party_key: string
  ods_code: string
  organisation_name: string
  unscheduled: boolean
  scheduled: boolean
  exchanges: readonly ClientExchange[]
  cpa_id: string | null
  contract: JSONColumnType<Omit<MessagingContract, 'cpaId'>> | null
  certificate: string | null
}

interface AuditTable {
  id: string
  at: Date
  door: string
  action: string
  outcome: string
  reason: string | null
  author: ColumnType<Author | null, string | null, never>
  actor: string | null
  nhs_number: string | null
  trace_id: string | null
  subject: string | null
  details: ColumnType<Record<string, unknown> | null, string | null, never>
}

interface AuditTreeTable {
  single: Generated<boolean>
  origin: Generated<string>
  size: Generated<number>
  peaks: Generated<Uint8Array>
  check_claimed_at: Date | null
  checked_at: Date | null
  checked_size: number | null
  checked_findings: number | null
}

interface IssueTable {
  authority: string
  kind: IssueKind
  subject: string
  since: Date
  raised_at: Date
  details: JSONColumnType<IssueDetails[IssueKind]>
  cleared_at: Date | null
}

interface ConfirmedPhonesTable {
  authority: string
  duty_phone: string
  office_phone: string | null
  confirmed_at: Date
}

interface FailingRecordTable {
  authority: string
  person: string
  nhs_number: string | null
  local_id: string | null
  since: Date
  upload_id: string
  position: number
  written_created_at: Date
  written_sequence: number
}

interface NotificationStepTable {
  nhs_number: string
  authority: string
  item: string
  id: string
  at: Date
  by: string
  kind: NotificationStep['kind']
  text: string | null
}

interface UploadDraftTable {
  id: string
  authority: string
  made_at: Date
  contact: JSONColumnType<UploadHeader['authority']>
  content: Uint8Array | null
  message_id: string | null
  sequence: number | null
}

interface AsynchronousAnswerTable {
  system: string
  message_id: string
  digest: string
  asked_at: Date
  forget_after: Date
  answer_id: string | null
  content_type: string | null
  soap_action: string | null
  bytes: Uint8Array | null
  state: Generated<'waiting' | 'acknowledged' | 'undeliverable'>
  attempts: Generated<number>
  due_at: Date | null
  reason: string | null
}

interface OutsideMailboxTable {
  id: string
  due_at: Date
  shaken_at: Date | null
  fault: string | null
  fault_since: Date | null
  asked_at: Date | null
}

interface OutsideDispatchTable {
  message_id: string
  due_at: Date
  begun_at: Date | null
  chunk_bytes: number | null
  outside_id: string | null
  chunks_sent: Generated<number>
  sent_at: Date | null
  reason: string | null
}

interface RetentionPassTable {
  kind: RetainedKind
  due_at: Date
  begun_at: Date | null
  in_table: Generated<number>
  after: JSONColumnType<readonly string[]> | null
  counts: JSONColumnType<KeptCounts> | null
  ended_at: Date | null
  found: JSONColumnType<KeptCounts> | null
}

/** Counts of a pass as they are kept: instants as text. */
export interface KeptCounts extends Omit<PassCounts, 'oldest' | 'nextAt'> {
  readonly oldest?: string
  readonly nextAt?: string
}

interface LegalHoldTable {
  id: string
  nhs_number: string | null
  authority: string | null
  reason: string
  placed_at: Date
  placed_by: string
}
