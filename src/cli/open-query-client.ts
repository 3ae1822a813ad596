import type { CallerTls } from '../client/hl7v3/index.ts'
import {
  type AskingAuthor,
  ebxmlClient,
  miniServiceClient,
  type QueryClient,
  soapClient,
} from '../client/hl7v3/index.ts'
import type { MessagingContract } from '../domain/registration/client-system.ts'
import { failure, type Result, success } from '../domain/result.ts'
import { type CommandFailure, fault, refused } from './command-result.ts'

/** The ways into the service by which a person can be asked for. */
export const QUERY_INTERFACES = ['fhir', 'soap', 'ebxml', 'smsp'] as const
export type QueryInterface = (typeof QUERY_INTERFACES)[number]

/** Those whose questions say themselves who asks, and through which system. */
export type Hl7Interface = Exclude<QueryInterface, 'fhir'>

/** A clinical system, and whoever sits before it; each interface needs some of it. */
export interface AskingSystem {
  readonly author: AskingAuthor
  readonly localUserId?: string | undefined
  readonly asid?: string | undefined
  readonly spineAsid?: string | undefined
  readonly partyKey?: string | undefined
  readonly spinePartyKey?: string | undefined
  readonly contract?: AskingContract | undefined
  readonly tls?: Partial<CallerTls> | undefined
}

export type AskingContract = Pick<MessagingContract, 'cpaId' | 'callback' | 'reliability'> &
  Partial<Pick<MessagingContract, 'retries' | 'retryIntervalSeconds'>>

/** A client that asks at a interface of the service at `url`, or what it lacks for that. */
export async function openQueryClient(
  via: Hl7Interface,
  url: string,
  system: AskingSystem,
): Promise<Result<QueryClient, CommandFailure>> {
  const { author, asid, spineAsid, localUserId, tls } = system
  const own = { author, ...(tls && { tls }) }
  if (via === 'smsp') {
    const { odsCode } = author.organisation
    const user = localUserId === undefined ? {} : { localUserId }
    return success(miniServiceClient({ ...own, url: `${url}/smsp/cpis`, odsCode, ...user }))
  }
  if (asid === undefined || spineAsid === undefined) return lacking('asid and spineAsid')
  if (via === 'soap') return success(soapClient({ ...own, url: `${url}/sync-service`, asid, spineAsid }))
  const { partyKey, spinePartyKey, contract } = system
  if (!contract || partyKey === undefined || spinePartyKey === undefined) {
    return lacking('partyKey, spinePartyKey and contract')
  }
  const listen = listening(contract.callback, tls)
  if (!listen.ok) return listen
  const address = contract.reliability === 'reliable' ? 'reliablerequest' : 'queryrequest'
  const { callback: _, ...agreed } = contract
  try {
    const parties = { asid, spineAsid, partyKey, spinePartyKey }
    const settings = { ...own, ...agreed, ...parties, listen: listen.value }
    return success(await ebxmlClient({ ...settings, url: `${url}/reliablemessaging/${address}` }))
  } catch (error) {
    return failure(notListening(error, contract.callback))
  }
}

function listening(callback: string, tls: Partial<CallerTls> = {}) {
  const { protocol, hostname, port, pathname: path } = new URL(callback)
  const secure = protocol === 'https:'
  const listen = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (secure ? 443 : 80)), path }
  if (!secure) return success(listen)
  const { cert, key } = tls
  return cert !== undefined && key !== undefined
    ? success({ ...listen, tls: { ...tls, cert, key } })
    : lacking('tls with a certificate and its key, because answers are posted by HTTPS,')
}

function lacking(what: string): Result<never, CommandFailure> {
  return failure(
    refused(`That interface needs ${what} of the system that asks.`, 'Add it to the file of --system.'),
  )
}

function notListening(error: unknown, callback: string): CommandFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const why = code === 'EADDRINUSE' ? 'something else listens there' : `the platform says ${code}`
  return fault(
    `Answers are posted to ${callback}, and they cannot be awaited there: ${why}.`,
    'Stop what listens there, or register another callback with cpis client add.',
  )
}
