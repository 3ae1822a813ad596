export { type FhirClient, type FhirClientSettings, fhirClient, type QueryOptions } from './fhir-client.ts'
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
