import type { AuditEntry, InterfaceName } from '../../domain/audit/audit.ts'
import {
  type AppointmentTimeFault,
  checkAppointmentTime,
  isSameAppointment,
  type MissedAppointment,
  mayReport,
  type NotifiedReport,
} from '../../domain/notification/missed-appointment.ts'
import type { Requester } from '../../domain/query/requester.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { lookUpFirst, type NumberLookUp } from '../person/look-up-number.ts'
import type { Clock, NewId, Storage } from '../ports.ts'

export interface ReportMissedAppointmentDeps {
  readonly storage: Pick<Storage, 'transaction' | 'queries'>
  readonly clock: Clock
  readonly newId: NewId
  readonly lookUp: NumberLookUp
}

export interface ReportRequest {
  readonly requester: Requester
  readonly appointment: MissedAppointment
  readonly via: InterfaceName
  readonly traceId: string
  /** Whatever was reported of the person under one of these names stands, without a word if it says something else (rule 15.9). */
  readonly onlyIfNoneExists?: boolean
}

/** The authorities told; `repeated` where this very report had been made before, and nobody was told again. */
export interface Reported {
  readonly report: NotifiedReport
  readonly repeated: boolean
}

export type NotReported =
  | { readonly kind: 'no-activity' }
  | AppointmentTimeFault
  | { readonly kind: 'nothing-held' }
  /** Nothing is held under the number, and PDS could not be asked whether it is the person's current one (rule 4.8). */
  | { readonly kind: 'unchecked' }
  /** PDS restricts who may know of the person (rule 10.1). */
  | { readonly kind: 'restricted' }
  | { readonly kind: 'identifier-in-use' }

/**
 * Somebody in health reports that a person did not come to a booked appointment. The report, the alert to each authority with a
 * visible plan and the audit entry are one commit (rule 15.7); where no plan is visible nobody is told and nothing but the audit
 * entry is kept (rule 15.4). It is not an access (rule 15.6). If the store fails this throws, and no interface may turn that into
 * "nobody needed telling" (rule 4.3).
 */
export async function reportMissedAppointment(
  deps: ReportMissedAppointmentDeps,
  request: ReportRequest,
): Promise<Result<Reported, NotReported>> {
  const { requester, appointment, via, traceId } = request
  const { author } = requester
  const at = deps.clock.now()
  const { nhsNumber } = appointment
  const checked =
    mayReport(requester).ok &&
    (await lookUpFirst({ ...deps.storage, lookUp: deps.lookUp }, { nhsNumber, at }))
  return deps.storage.transaction(async stores => {
    const record = (outcome: Pick<AuditEntry, 'outcome' | 'reason' | 'subject' | 'details'>) =>
      stores.audit.append({
        id: deps.newId(),
        at,
        via,
        action: 'report missed appointment',
        author,
        nhsNumber: appointment.nhsNumber,
        traceId,
        ...outcome,
      })
    const may = mayReport(requester)
    const acceptable = may.ok ? checkAppointmentTime(appointment.start, at) : may
    if (!acceptable.ok) {
      await record({ outcome: 'refused', reason: acceptable.fault.kind })
      return acceptable
    }
    const { missedAppointments } = stores
    if (await missedAppointments.isRestricted(appointment.nhsNumber)) {
      await record({ outcome: 'refused', reason: 'restricted' })
      return failure({ kind: 'restricted' })
    }
    const id = deps.newId()
    const names = [appointment.identifier, ...(appointment.otherIdentifiers ?? [])]
    const owners = await missedAppointments.claim(author.organisation.odsCode, names, id)
    const [before, another] = owners.filter(owner => owner !== id)
    const isNew =
      before === undefined && (await missedAppointments.keep({ id, appointment, author, reportedAt: at }))
    const report = await missedAppointments.findById(before ?? id)
    const isSame =
      report &&
      another === undefined &&
      (isSameAppointment(report.appointment, appointment) ||
        (request.onlyIfNoneExists === true && report.appointment.nhsNumber === nhsNumber))
    if (!isNew) await missedAppointments.release(id, isSame ? report.id : undefined)
    if (!report && !checked) {
      await record({ outcome: 'failed', reason: 'number not checked' })
      return failure({ kind: 'unchecked' })
    }
    if (!report) {
      await record({ outcome: 'allowed', reason: 'nothing-held', details: { told: 0 } })
      return failure({ kind: 'nothing-held' })
    }
    if (!isSame) {
      await record({ outcome: 'refused', reason: 'identifier-in-use', subject: report.id })
      return failure({ kind: 'identifier-in-use' })
    }
    await record({
      outcome: 'allowed',
      subject: report.id,
      details: { told: isNew ? report.told.length : 0 },
    })
    return success({ report, repeated: !isNew })
  })
}
