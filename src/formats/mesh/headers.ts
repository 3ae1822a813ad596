/** The `mex-` headers, lower case as they go on the wire, and how long a sender's may be (MESH API, send message). */
export const SENT_HEADERS = {
  to: { name: 'mex-to', longest: 100 },
  workflowId: { name: 'mex-workflowid', longest: 300 },
  localId: { name: 'mex-localid', longest: 300 },
  partnerId: { name: 'mex-partnerid', longest: 500 },
  subject: { name: 'mex-subject', longest: 500 },
  fileName: { name: 'mex-filename', longest: 300 },
  contentType: { name: 'mex-content-type', longest: 100 },
  contentChecksum: { name: 'mex-content-checksum', longest: 100 },
  contentEncrypted: { name: 'mex-content-encrypted', longest: 20 },
  contentCompressed: { name: 'mex-content-compressed', longest: 20 },
} as const

/** Headers of a request that say something of the request and not of the message. */
export const REQUEST_HEADERS = {
  from: 'mex-from',
  messageType: 'mex-messagetype',
  chunkRange: { name: 'mex-chunk-range', longest: 20 },
  /** Another name under which clients send the checksum. */
  checksumAlias: 'mex-checksum',
} as const

/** Without these there is no handshake (MESH API, validate a mailbox). */
export const HANDSHAKE_HEADERS = ['mex-clientversion', 'mex-osname', 'mex-osversion'] as const

/** Headers of a message that is collected, besides those its sender gave. */
export const MESSAGE_HEADERS = {
  from: 'mex-from',
  chunkRange: 'mex-chunk-range',
  totalChunks: 'mex-total-chunks',
  addressType: 'mex-addresstype',
  version: 'mex-version',
  messageType: 'mex-messagetype',
  messageId: 'mex-messageid',
  linkedMessageId: 'mex-linkedmsgid',
  statusCode: 'mex-statuscode',
  statusEvent: 'mex-statusevent',
  statusDescription: 'mex-statusdescription',
  statusSuccess: 'mex-statussuccess',
  statusTimestamp: 'mex-statustimestamp',
} as const

/** Headers as an HTTP server hands them over: names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** A header's value, several joined with commas; undefined where it was not sent. */
export function headerOf(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.join(', ')
}
