export { type FhirClient, type FhirClientSettings, fhirClient, type QueryOptions } from './fhir-client.ts'
export {
  type MeshClient,
  type MeshClientSettings,
  type MeshEndpoint,
  type MeshLabel,
  type MeshTracking,
  meshClient,
} from './mesh-client.ts'
export type { MeshContent } from './mesh-content.ts'
export { MeshError } from './mesh-error.ts'
export type { MeshMessageInfo } from './mesh-message-info.ts'
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
