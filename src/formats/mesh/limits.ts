/** How much the mailbox API takes and gives (MESH API, send message and check inbox). */
export const INBOX_LIMITS = {
  results: { least: 10, most: 5000, usual: 500 },
  continuation: { shortest: 24, longest: 1000 },
  filter: { shortest: 2, longest: 255 },
} as const

/** 100 GB in the smallest chunks that clients are asked to send, 5 MB. */
export const MOST_CHUNKS = 20_000
