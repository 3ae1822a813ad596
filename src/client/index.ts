export { type ConnectionProblem, connectionProblem, connectionWords } from './connection-problem.ts'
export { type FhirClient, type FhirClientSettings, fhirClient, type QueryOptions } from './fhir-client.ts'
export { BrokenGzip, decompressed } from './gunzip.ts'
export type { MeshChunk } from './mesh-body.ts'
export {
  type MeshClient,
  type MeshClientSettings,
  type MeshEndpoint,
  type MeshLabel,
  type MeshProgress,
  type MeshSending,
  type MeshTracked,
  type MeshTracking,
  meshClient,
} from './mesh-client.ts'
export type { MeshContent } from './mesh-content.ts'
export { MeshError } from './mesh-error.ts'
export type { MeshMessageInfo } from './mesh-message-info.ts'
export { type MeshCredentials, meshToken } from './mesh-token.ts'
export type { MissedAppointment } from './missed-appointment.ts'
export type {
  AccessHistoryOutcome,
  AuthorityHours,
  AuthorityToPhone,
  CareTeamsOutcome,
  CouldNotLook,
  HeldPlan,
  ListedAccess,
  MetadataOutcome,
  MissedAppointmentOutcome,
  NothingHeld,
  NotKnown,
  OpenPeriod,
  PlanKind,
  PlanState,
  QueryOutcome,
  Refused,
} from './outcomes.ts'
export { planHeadline } from './plan-headline.ts'
export { type RingNow, ringNow } from './ring-now.ts'
export { type StreamingFetch, streamingFetch } from './streaming-fetch.ts'
