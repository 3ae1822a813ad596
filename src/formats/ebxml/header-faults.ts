import { ERROR_CODES } from './codes.ts'
import type { EbxmlError } from './message-error.ts'

/**
 * What can be wrong with the header of a message: by the names of the national service, and in their manner where it names none.
 * Each has its code, where it stands and what to correct.
 */
const FAULTS = {
  UNKNOWN_CPA_ID: [ERROR_CODES.unknownCpaId, 'CPAId', 'Unknown eb:CPAId.'],
  CONTRACT_NOT_FOUND: [
    ERROR_CODES.contractNotFound,
    'CPAId',
    'An error occurred while finding the defined contract: none for such messages is known with the party in From.',
  ],
  INVALID_TO_PARTY_TYPE: [ERROR_CODES.invalidToPartyType, 'To/PartyId', 'Invalid To Party Type attribute.'],
  INVALID_TO_PARTY: [
    ERROR_CODES.valueNotRecognized,
    'To/PartyId',
    'the party key of this service is needed.',
  ],
  INVALID_FROM_PARTY_TYPE: [
    ERROR_CODES.valueNotRecognized,
    'From/PartyId',
    'the type of a party key is needed.',
  ],
  INVALID_SERVICE: [ERROR_CODES.valueNotRecognized, 'Service', 'the service of this address is needed.'],
  INVALID_ACTION: [ERROR_CODES.valueNotRecognized, 'Action', 'an action of this address is needed.'],
  INVALID_MESSAGE_HEADER_VERSION: [
    ERROR_CODES.notSupported,
    'MessageHeader',
    'the version is 2.0, or left out.',
  ],
  DUPLICATE_ELIMINATION_INCONSISTENT_WITH_CONTRACT: [
    ERROR_CODES.inconsistent,
    'DuplicateElimination',
    'it is needed under a reliable contract and left out under an express one.',
  ],
  ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT: [
    ERROR_CODES.inconsistent,
    'AckRequested',
    'it is needed under a reliable contract and left out under an express one.',
  ],
  INVALID_ACK_REQUESTED_VERSION: [ERROR_CODES.notSupported, 'AckRequested', 'the version is 2.0.'],
  INVALID_ACK_REQUESTED_ACTOR: [
    ERROR_CODES.notSupported,
    'AckRequested',
    'the actor is the message handler of the party in To.',
  ],
  INVALID_ACK_REQUESTED_SIGNED: [ERROR_CODES.notSupported, 'AckRequested', 'signed is false.'],
  INVALID_ACK_REQUESTED_MUST_UNDERSTAND: [
    ERROR_CODES.valueNotRecognized,
    'AckRequested',
    'mustUnderstand is 1.',
  ],
  SYNCREPLY_INCONSISTENT_WITH_CONTRACT: [
    ERROR_CODES.inconsistent,
    'SyncReply',
    'it is needed under a reliable contract.',
  ],
  INVALID_SYNCREPLY_VERSION: [ERROR_CODES.notSupported, 'SyncReply', 'the version is 2.0.'],
  INVALID_SYNCREPLY_ACTOR: [ERROR_CODES.notSupported, 'SyncReply', 'the actor is the next one of SOAP.'],
  INVALID_SYNCREPLY_MUST_UNDERSTAND: [ERROR_CODES.valueNotRecognized, 'SyncReply', 'mustUnderstand is 1.'],
  INVALID_MANIFEST_REFERENCE: [
    ERROR_CODES.valueNotRecognized,
    'Manifest',
    'one reference is needed, to the part that is the payload, by its Content-Id.',
  ],
  INVALID_MANIFEST_VERSION: [ERROR_CODES.notSupported, 'Manifest', 'the version is 2.0, or left out.'],
  TIME_TO_LIVE_EXPIRED: [
    ERROR_CODES.timeToLiveExpired,
    'MessageData/TimeToLive',
    'the message arrived when its time was over; send it again with a time to come.',
  ],
  PAYLOAD_NOT_WELL_FORMED: [
    ERROR_CODES.otherXml,
    'Manifest/Reference',
    'the payload is not well-formed XML.',
  ],
  MESSAGE_ID_OF_ANOTHER_MESSAGE: [
    ERROR_CODES.inconsistent,
    'MessageData/MessageId',
    'another message came before under this id; every message has one of its own.',
  ],
} as const satisfies Readonly<Record<string, readonly [code: string, element: string, rule: string]>>

export type HeaderFaultName = keyof typeof FAULTS

/** A fault as the error it is answered with; nothing in it is of the message. */
export interface HeaderFault extends EbxmlError {
  readonly name: HeaderFaultName
}

export const HEADER_FAULT_NAMES = Object.keys(FAULTS) as readonly HeaderFaultName[]

export function headerFault(name: HeaderFaultName): HeaderFault {
  const [errorCode, location, rule] = FAULTS[name]
  return { name, errorCode, severity: 'Error', location, description: `${name}: ${rule}` }
}
