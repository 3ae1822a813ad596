import type {
  AppointmentAlert,
  AppointmentReport,
  MissedAppointment,
  ToldReport,
} from '../../domain/notification/missed-appointment.ts'
import type { OdsCode } from '../../domain/organisation.ts'

/** Missed appointments that authorities are told of (rules 15.1 to 15.8). */
export interface MissedAppointmentStore {
  /**
   * Keeps a report, with an alert for each authority that has a visible plan of the person. Answers false, and keeps nothing,
   * where no plan is visible or the organisation has reported under this identifier before.
   */
  keep(report: AppointmentReport): Promise<boolean>
  /** What an organisation has reported under an identifier, and who was told. */
  find(organisation: OdsCode, identifier: MissedAppointment['identifier']): Promise<ToldReport | undefined>
  /** An authority's alerts, newest first. */
  desk(authority: OdsCode, limit: number): Promise<readonly AppointmentAlert[]>
}
