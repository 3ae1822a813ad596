import { type ServerDescription, writeCapabilityStatement } from '../../formats/fhir/capability-statement.ts'
import { FHIR_JSON } from '../../formats/fhir/codes.ts'
import { OWN_ERROR_SYSTEM_ID, writeErrorCodeSystem } from '../../formats/fhir/error-codes.ts'
import type { OpenApiDocument } from '../../formats/fhir/openapi-document.ts'
import { PAGE_POLICY } from '../../formats/fhir/openapi-page-style.ts'
import { type DescribedDocument, writeOpenApi } from '../../formats/fhir/write-openapi.ts'
import { writeOpenApiPage } from '../../formats/fhir/write-openapi-page.ts'
import { ERROR_CODES, MISSED_APPOINTMENTS, READ, SERVED } from './served.ts'

/** A document that is served to anybody: what reading it is called in the audit log, and how it is written. */
export interface ServedDocument extends DescribedDocument {
  readonly action: string
  readonly headers?: Readonly<Record<string, string>>
  readonly write: (server: ServerDescription) => string
}

const writeCapabilities = (server: ServerDescription) =>
  writeCapabilityStatement(SERVED, [MISSED_APPOINTMENTS], [...READ, ERROR_CODES], server)

/** What is served besides searches: routes and descriptions are made from this table, which describes itself too. */
export const DOCUMENTS: readonly ServedDocument[] = [
  {
    path: 'metadata',
    documentation: 'What is served, as a FHIR CapabilityStatement',
    mediaType: FHIR_JSON,
    example: writeCapabilities,
    action: 'read capabilities',
    write: server => JSON.stringify(writeCapabilities(server)),
  },
  {
    path: `${ERROR_CODES.type}/${OWN_ERROR_SYSTEM_ID}`,
    documentation: ERROR_CODES.documentation,
    mediaType: FHIR_JSON,
    example: writeErrorCodeSystem,
    action: 'read error codes',
    write: server => JSON.stringify(writeErrorCodeSystem(server)),
  },
  {
    path: 'openapi.json',
    documentation: 'This description, as an OpenAPI 3.1 document',
    mediaType: 'application/json',
    action: 'read description',
    write: server => JSON.stringify(describeApi(server)),
  },
  {
    path: 'docs',
    documentation: 'This description, as a page to read',
    mediaType: 'text/html',
    action: 'read description page',
    headers: PAGE_POLICY,
    write: server => writeOpenApiPage(describeApi(server)),
  },
]

function describeApi(server: ServerDescription): OpenApiDocument {
  return writeOpenApi(
    { searches: SERVED, taken: [MISSED_APPOINTMENTS], read: READ, documents: DOCUMENTS },
    server,
  )
}
