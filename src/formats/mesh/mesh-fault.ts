import type { MailboxFault } from '../../domain/mailbox/mesh-faults.ts'

/** What is wrong with a part of a request, in the words of the published API's own validation. */
export interface InvalidPart {
  readonly loc: readonly [place: 'header' | 'query' | 'path', name: string]
  readonly msg: string
  readonly type: string
}

/** Faults of the request itself, found before anything is done. */
export type RequestFault =
  | 'bad-accept'
  | 'unreadable-token'
  | 'recipient-missing'
  | 'malformed-header'
  | 'bad-checksum'
  | 'wrong-sender'
  | 'wrong-message-type'
  | 'unsupported-encoding'
  | 'bad-chunk-range'
  | 'body-too-large'
  | 'body-broken-off'
  | 'unreadable-request'
  | 'not-found'
  | 'method-not-allowed'
  | 'internal-error'
  | 'unavailable'

export type SimpleFault = MailboxFault | RequestFault

/** Everything the mailbox API answers instead of what was asked for. */
export type MeshFault = SimpleFault | { readonly invalid: readonly InvalidPart[] }

export interface FaultEntry {
  readonly status: number
  readonly event: string
  readonly code: string
  readonly msg: string
}

function entry(status: number, event: string, code: string, msg: string): FaultEntry {
  return { status, event, code, msg }
}

/**
 * Every fault once: status, and event, code and words (MESH API, error codes). Where the published table gives no code the
 * words name what to do.
 */
export const FAULTS: Readonly<Record<SimpleFault, FaultEntry>> = {
  'bad-accept': entry(400, '', '', 'Accept header api format incorrect'),
  'recipient-missing': entry(400, 'SEND', '08', 'TO_DTS missing'),
  'malformed-header': entry(400, 'TRANSFER', '06', 'MalformedControlFile'),
  'bad-checksum': entry(400, 'SEND', '', 'Invalid checksum'),
  'body-broken-off': entry(400, 'SEND', '', 'The body broke off before its end; nothing was accepted'),
  'unreadable-request': entry(400, '', '', 'The request cannot be read'),
  'unreadable-token': entry(403, '', '', 'Error reading from Authorization header'),
  'other-mailbox': entry(403, '', '', 'Mailbox id does not match token'),
  'unknown-mailbox': entry(403, 'SEND', 'EPL-151', 'No mailbox matched'),
  'wrong-hash': entry(403, '', '', 'Invalid Authentication Token'),
  'stale-token': entry(403, '', '', 'Authentication Token is not within two hours of the time here'),
  'spent-token': entry(403, '', '', 'Error Duplicated Authentication Token'),
  'not-yours': entry(403, '', '', 'Forbidden'),
  'unknown-message': entry(404, 'RECEIVE', '20', 'Message does not exist'),
  'unknown-upload': entry(404, '', '', 'Not Found'),
  'unknown-sent-message': entry(404, '', '', 'Not Found'),
  'not-found': entry(404, '', '', 'Not Found'),
  'method-not-allowed': entry(405, '', '', 'Method Not Allowed'),
  'several-messages': entry(300, '', '', 'Multiple Choices'),
  'unknown-continuation': entry(400, '', '', 'continue_from names no message of this mailbox'),
  'chunk-beyond-total': entry(406, 'SEND', '', 'The message was announced with fewer chunks'),
  'upload-finished': entry(423, 'SEND', '', 'Message already accepted'),
  'message-collected': entry(410, 'SEND', '', 'Message already accepted'),
  'message-gone': entry(410, 'SEND', '', 'Message no longer available for download'),
  'body-too-large': entry(413, 'SEND', '', 'The body is too large for one request; send it in chunks'),
  'message-too-large': entry(413, 'SEND', '', 'The message is too large'),
  empty: entry(417, 'COLLECT', '02', 'Data file is missing or inaccessible.'),
  'wrong-sender': entry(417, 'SEND', '07', 'Invalid From: mex-from is not the mailbox that sends'),
  'wrong-message-type': entry(417, 'SEND', '11', 'Invalid message type: only DATA can be sent'),
  'unknown-recipient': entry(417, 'SEND', '12', 'Unregistered to address'),
  'sender-not-allowed': entry(417, 'SEND', '16', 'Sender not allowed to send this type of message'),
  'recipient-not-allowed': entry(417, 'SEND', '17', 'Workflow id not registered for the recipient mailbox'),
  'bad-chunk-range': entry(417, 'SEND', 'InvalidHeaderChunks', 'mex-chunk-range is missing or not n:total'),
  'wrong-chunk-range': entry(
    417,
    'SEND',
    'InvalidHeaderChunks',
    'mex-chunk-range does not agree with the address or with the first chunk',
  ),
  'chunks-missing': entry(
    417,
    'SEND',
    'InvalidHeaderChunks',
    'Earlier chunks are missing: send them, then the last again',
  ),
  'encoding-changed': entry(417, 'SEND', 'UnsupportedContentEncoding', 'Cannot change content encoding'),
  'unsupported-encoding': entry(
    422,
    'SEND',
    'UnsupportedContentEncoding',
    'Content-Encoding can only be gzip',
  ),
  'not-gzip': entry(422, 'SEND', 'UnsupportedContentEncoding', 'The body is not gzip, as it is said to be'),
  'internal-error': entry(500, '', '', 'An internal error occurred'),
  unavailable: entry(503, '', '', 'The service cannot work at the moment; try again later'),
}

/** The code of a fault for the audit log. */
export function faultName(fault: MeshFault): string {
  return typeof fault === 'string' ? fault : 'invalid-request'
}

export function statusOf(fault: MeshFault): number {
  return typeof fault === 'string' ? FAULTS[fault].status : 400
}
