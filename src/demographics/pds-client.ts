import type { DemographicsService } from '../flows/person/ports.ts'
import { readPdsReply } from './pds-reply.ts'
import { type PdsClientOptions, type PdsRequests, pdsRequests } from './pds-request.ts'

export type { PdsClientOptions } from './pds-request.ts'

/**
 * Asks PDS over its FHIR API. Never throws: whatever keeps PDS from answering is `unavailable`, with a reason that holds
 * nothing of the person. How many numbers are asked for at once is the caller's business.
 */
export function pdsClient(
  options: PdsClientOptions,
  { ask, leftAlone }: PdsRequests = pdsRequests(options),
): DemographicsService & Pick<PdsRequests, 'leftAlone'> {
  return {
    leftAlone,
    find: number =>
      ask(`/Patient/${number}`, (status, body) => readPdsReply(number, status, body, options.now())),
  }
}
