import type { InterfaceName } from '../../domain/audit/audit.ts'

/** Interfaces as operators know them. */
export const INTERFACE_WORDS: Readonly<Record<InterfaceName, string>> = {
  fhir: 'FHIR API',
  mesh: 'Mailboxes (MESH)',
  spine: 'Spine messages',
  smsp: 'Mini service',
  web: 'These pages',
  events: 'News from PDS',
  operations: 'Command line',
  worker: 'Work in the background',
}
