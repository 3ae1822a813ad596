/** Why a token opens nothing (rules 7.1 to 7.3). */
export type TokenFault = 'other-mailbox' | 'unknown-mailbox' | 'wrong-hash' | 'stale-token' | 'spent-token'

/** What is wrong with the bytes of a message or chunk. */
export type ContentFault = 'empty' | 'not-gzip'

/** Why a message is not taken (rule 7.6). */
export type SendFault = ContentFault | 'unknown-recipient' | 'sender-not-allowed' | 'recipient-not-allowed'

/** Why a further chunk is not taken. */
export type ChunkFault =
  | ContentFault
  | 'unknown-upload'
  | 'upload-finished'
  | 'chunk-beyond-total'
  | 'wrong-chunk-range'
  | 'chunks-missing'
  | 'encoding-changed'
  | 'message-too-large'

/** Why a message cannot be looked at, collected or acknowledged (rules 7.5, 7.8 and 7.9). */
export type CollectFault = 'unknown-message' | 'not-yours' | 'message-collected' | 'message-gone'

/** Why a sent message cannot be told of. */
export type TrackFault = 'unknown-sent-message' | 'several-messages'

/** A page was asked for that follows no message of this mailbox. */
export type PageFault = 'unknown-continuation'

/** Everything that the exchange of messages refuses. */
export type MailboxFault = TokenFault | SendFault | ChunkFault | CollectFault | TrackFault | PageFault
