import type { Mailbox, MeshMessage, MessageStatus } from '../../domain/mailbox/mesh-message.ts'
import { type ApiVersion, PLAIN_JSON, V2_JSON } from './api-version.ts'
import { compactTime } from './timestamps.ts'
import type { MeshBody } from './write-bodies.ts'
import { fileNameOf } from './write-message-headers.ts'

/** What there is to tell a sender of a message. */
export interface Tracking {
  readonly message: MeshMessage
  readonly encoding: 'gzip' | 'identity'
  readonly sender?: Mailbox
  readonly recipient?: Mailbox
}

/** What became of a message; a field without a value is absent, never null. */
export function writeTracking(version: ApiVersion, tracking: Tracking): MeshBody {
  const body = version === 2 ? version2(tracking) : version1(tracking)
  return { contentType: version === 2 ? V2_JSON : PLAIN_JSON, text: JSON.stringify(body) }
}

function version2({ message, recipient }: Tracking): object {
  const { failure } = message
  return {
    message_id: message.id,
    local_id: message.localId,
    workflow_id: message.workflowId,
    filename: fileNameOf(message),
    expiry_time: message.expiresAt.toISOString(),
    upload_timestamp: message.uploadedAt.toISOString(),
    recipient: message.to,
    recipient_name: recipient?.name,
    recipient_ods_code: recipient?.odsCode,
    recipient_org_code: recipient?.odsCode,
    recipient_org_name: recipient?.name,
    status_success: !failure,
    status: message.status,
    ...(failure && {
      status_event: failure.event,
      status_timestamp: failure.at.toISOString(),
      status_description: failure.description,
      status_code: failure.code,
    }),
  }
}

const STATUS_WORDS: Readonly<Record<MessageStatus, string>> = {
  uploading: 'Uploading',
  accepted: 'Accepted',
  acknowledged: 'Acknowledged',
  undeliverable: 'Undeliverable',
}

function version1({ message, encoding, sender, recipient }: Tracking): object {
  const { failure } = message
  const compressed = encoding === 'gzip'
  return {
    addressType: 'ALL',
    checksum: message.contentChecksum,
    chunkCount: message.totalChunks,
    compressFlag: message.contentCompressed,
    contentEncoding: compressed ? 'gzip' : undefined,
    downloadTimestamp: message.acknowledgedAt && compactTime(message.acknowledgedAt),
    dtsId: message.id,
    encryptedFlag: message.contentEncrypted,
    expiryTime: compactTime(message.expiresAt),
    fileName: fileNameOf(message),
    fileSize: message.size,
    isCompressed: compressed,
    linkedMsgId: message.linkedMessageId,
    localId: message.localId,
    meshRecipientOdsCode: recipient?.odsCode,
    messageId: message.id,
    messageType: message.kind === 'DATA' ? 'Data' : 'Report',
    partnerId: message.partnerId,
    recipient: message.to,
    recipientName: recipient?.name,
    recipientOrgCode: recipient?.odsCode,
    recipientOrgName: recipient?.name,
    sender: message.from,
    senderName: sender?.name,
    senderOdsCode: sender?.odsCode,
    senderOrgCode: sender?.odsCode,
    senderOrgName: sender?.name,
    status: STATUS_WORDS[message.status],
    statusSuccess: failure ? 'ERROR' : 'SUCCESS',
    ...(failure && {
      statusCode: failure.code,
      statusDescription: failure.description,
      statusEvent: failure.event,
      statusTimestamp: compactTime(failure.at),
    }),
    subject: message.subject,
    uploadTimestamp: compactTime(message.uploadedAt),
    version: '1.0',
    workflowId: message.workflowId,
  }
}
