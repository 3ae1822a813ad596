import type { DoorName } from '../../domain/audit/audit.ts'

/** Doors as operators know them. */
export const DOOR_WORDS: Readonly<Record<DoorName, string>> = {
  fhir: 'FHIR API',
  mesh: 'Mailboxes (MESH)',
  spine: 'Spine messages',
  smsp: 'Mini service',
  web: 'These pages',
  events: 'News from PDS',
  operations: 'Command line',
  worker: 'Work in the background',
}
