export { type FhirClient, type FhirClientSettings, fhirClient, type QueryOptions } from './fhir-client.ts'
export {
  type MeshClient,
  type MeshClientSettings,
  type MeshLabel,
  type MeshMessageInfo,
  type MeshTracking,
  meshClient,
} from './mesh-client.ts'
export { MeshError } from './mesh-error.ts'
export { type MeshCredentials, meshToken } from './mesh-token.ts'
export type {
  AccessHistoryOutcome,
  CareTeamsOutcome,
  CouldNotLook,
  HeldPlan,
  ListedAccess,
  MetadataOutcome,
  NothingHeld,
  PlanKind,
  Refused,
} from './outcomes.ts'
