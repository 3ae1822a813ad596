import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PdsPerson {
  readonly given: string
  readonly family: string
  readonly birthDate: string
  /** PDS restricts who may know of the person. */
  readonly restricted?: true
  /** The day on which the person died. */
  readonly died?: string
}

/** What PDS says of a number. */
export type PdsSays = PdsPerson | { readonly replacedBy: string } | 'invalidated' | 'unknown'

/** A PDS of a test, on a port of its own, that says what it is told to say; of any other number that there is no such one. */
export interface TestPds {
  readonly url: string
  readonly says: Map<string, PdsSays>
  close(): Promise<void>
}

export async function startPds(): Promise<TestPds> {
  const says = new Map<string, PdsSays>()
  const server = createServer((request, response) => {
    const number = decodeURIComponent((request.url ?? '').split('/').at(-1) ?? '')
    const said = says.get(number) ?? 'unknown'
    response.setHeader('content-type', 'application/fhir+json')
    if (typeof said === 'string') {
      const code = said === 'unknown' ? 'RESOURCE_NOT_FOUND' : 'INVALIDATED_RESOURCE'
      return response.writeHead(404).end(JSON.stringify(outcome(code)))
    }
    const [id, person] = 'replacedBy' in said ? [said.replacedBy, says.get(said.replacedBy)] : [number, said]
    if (typeof person !== 'object' || 'replacedBy' in person) throw new Error(`${id} is nobody`)
    return response.end(JSON.stringify(patient(id, person)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    says,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function patient(id: string, { given, family, birthDate, restricted, died }: PdsPerson) {
  return {
    resourceType: 'Patient',
    id,
    meta: { security: [{ code: restricted ? 'R' : 'U' }] },
    name: [{ use: 'usual', given: [given], family }],
    birthDate,
    ...(died && { deceasedDateTime: died }),
  }
}

function outcome(code: string) {
  const system = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode'
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'not_found', details: { coding: [{ system, code }] } }],
  }
}
