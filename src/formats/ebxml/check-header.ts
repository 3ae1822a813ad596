import type { MessagingContract } from '../../domain/registration/client-system.ts'
import { ACTORS, EBXML_VERSION, PARTY_TYPE } from './codes.ts'
import type { EbxmlHeader, EbxmlReliability } from './ebxml-header.ts'
import { type HeaderFault, type HeaderFaultName, headerFault } from './header-faults.ts'
import { payloadIdOf } from './payload-reference.ts'

/** What a message that comes in has to be. */
export interface ExpectedHeader {
  readonly service: string
  readonly action: string
  /** Of this service. */
  readonly ownPartyKey: string
  /** When it was received. */
  readonly now: Date
  /** What was agreed under the CPA id of the message, and with whom; undefined where nothing was. */
  readonly contract:
    | (Pick<MessagingContract, 'cpaId' | 'reliability'> & { readonly partyKey: string })
    | undefined
}

/** Every fault of a header at once; none where it may be dealt with. What it asks for is judged only by a contract of its own party. */
export function checkHeader(header: EbxmlHeader, expected: ExpectedHeader): readonly HeaderFault[] {
  const { contract } = expected
  const known = contract?.cpaId === header.cpaId
  const theirs = known && contract.partyKey === header.from.key
  const named: Partial<Record<HeaderFaultName, boolean>> = {
    UNKNOWN_CPA_ID: !known,
    CONTRACT_NOT_FOUND: known && !theirs,
    INVALID_TO_PARTY_TYPE: header.to.type !== PARTY_TYPE,
    INVALID_TO_PARTY: header.to.key !== expected.ownPartyKey,
    INVALID_FROM_PARTY_TYPE: header.from.type !== PARTY_TYPE,
    INVALID_SERVICE: header.service !== expected.service,
    INVALID_ACTION: header.action !== expected.action,
    TIME_TO_LIVE_EXPIRED: header.timeToLive !== undefined && header.timeToLive <= expected.now,
    INVALID_MESSAGE_HEADER_VERSION: (header.version ?? EBXML_VERSION) !== EBXML_VERSION,
    ...(theirs && reliabilityFaults(header.reliability, contract.reliability === 'reliable')),
    INVALID_MANIFEST_REFERENCE: payloadIdOf(header) === undefined,
    INVALID_MANIFEST_VERSION: (header.manifestVersion ?? EBXML_VERSION) !== EBXML_VERSION,
  }
  return (Object.keys(named) as HeaderFaultName[]).filter(name => named[name]).map(headerFault)
}

/** Under an express contract `SyncReply` may be there or not: the register of the national service has either. */
function reliabilityFaults(
  { duplicateElimination, ackRequested, syncReply }: EbxmlReliability,
  reliable: boolean,
): Partial<Record<HeaderFaultName, boolean>> {
  return {
    DUPLICATE_ELIMINATION_INCONSISTENT_WITH_CONTRACT: duplicateElimination !== reliable,
    ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT: (ackRequested !== undefined) !== reliable,
    ...(reliable &&
      ackRequested && {
        INVALID_ACK_REQUESTED_VERSION: ackRequested.version !== EBXML_VERSION,
        INVALID_ACK_REQUESTED_ACTOR: ackRequested.actor !== ACTORS.toPartyMsh,
        INVALID_ACK_REQUESTED_SIGNED: !['false', '0'].includes(ackRequested.signed ?? ''),
        INVALID_ACK_REQUESTED_MUST_UNDERSTAND: !ackRequested.mustUnderstand,
      }),
    SYNCREPLY_INCONSISTENT_WITH_CONTRACT: reliable && !syncReply,
    ...(syncReply && {
      INVALID_SYNCREPLY_VERSION: syncReply.version !== EBXML_VERSION,
      INVALID_SYNCREPLY_ACTOR: syncReply.actor !== ACTORS.next,
      INVALID_SYNCREPLY_MUST_UNDERSTAND: !syncReply.mustUnderstand,
    }),
  }
}
