import type { AuditEntry, SealableEntry } from '../../domain/audit/audit.ts'
import type { Hash, HashedPart, JoinHashes, SealHead, SealTree } from '../../domain/audit/seal-tree.ts'

/** How entries are hashed; the published form is of `formats/audit-seal`. */
export interface SealHashes {
  readonly hashEntry: (entry: SealableEntry) => Hash
  readonly join: JoinHashes
}

/** How the service signs what it sealed. */
export interface SealSigner {
  /** Which key signs; the same key has another id for another log. */
  keyId(origin: string): string
  /** A checkpoint: a few lines of text that can be kept anywhere. */
  sign(head: SealHead): string
}

/** A checkpoint as it was read, and whether a key that is trusted signed it. */
export interface JudgedCheckpoint extends SealHead {
  readonly signed: 'trusted' | 'unknown' | 'badly'
}

/** Undefined where the text is no checkpoint. */
export type JudgeCheckpoint = (note: string) => JudgedCheckpoint | undefined

export interface KeptCheckpoint {
  readonly size: number
  readonly keyId: string
  readonly note: string
  readonly at: Date
}

/** Level by level a part is kept only so far up as it saves reading: every eighth level (256 entries, 65,536, …). */
export const KEPT_LEVELS = 8

/** The seal as it is made: only ever added to. */
export interface SealStore {
  /** The tree and whose keys signed it as it stands, held by this transaction alone; undefined where another is sealing. */
  hold(): Promise<
    { readonly origin: string; readonly tree: SealTree; readonly signedBy: readonly string[] } | undefined
  >
  /** Entries that are not sealed yet, in the order in which they are to be. */
  waiting(limit: number): Promise<readonly SealableEntry[]>
  /** Entries sealed from the end of the held tree on, the parts to be kept that they completed, and the checkpoint. */
  append(sealed: {
    readonly from: number
    readonly entries: readonly { readonly id: string; readonly hash: Hash }[]
    readonly parts: readonly HashedPart[]
    readonly tree: SealTree
    readonly checkpoint: KeptCheckpoint
  }): Promise<void>
  /** Takes it upon this process to check the log, if no check has ended since an instant, nor been begun since another. */
  claimCheck(at: Date, since: { readonly ended: Date; readonly begun: Date }): Promise<boolean>
  /** Gives up a check that was not finished, so that another process may take it up. */
  releaseCheck(): Promise<void>
  keepCheck(check: AuditCheck): Promise<void>
}

/** What the last check of the whole log came to. */
export interface AuditCheck {
  readonly at: Date
  readonly size: number
  readonly findings: number
}

/** How the seal stands. */
export interface SealStatus {
  readonly origin: string
  readonly newest?: KeptCheckpoint
  readonly waiting: number
  readonly lastCheck?: AuditCheck
}

/** A sealed position, with what the log holds there now: nothing, where it was taken out. */
export interface SealedPosition {
  readonly position: number
  readonly entryId: string
  readonly hash: Hash
  readonly entry?: SealableEntry
}

/** What was sealed, to be proved and checked. */
export interface SealedLog {
  status(): Promise<SealStatus>
  /** Entries by their ids, as the log holds them, with their positions where they are sealed. */
  find(
    ids: readonly string[],
  ): Promise<readonly { readonly entry: SealableEntry; readonly position?: number }[]>
  /** The hashes of complete parts of a level that is kept (level 0: the entries), from an index on, as many as there are. */
  hashes(level: number, first: number, count: number): Promise<readonly Hash[]>
  /** All positions before an end, in order, a page at a time. */
  positions(end: number): AsyncIterable<readonly SealedPosition[]>
  /** All checkpoints of at most a size, the smallest first, a page at a time. */
  checkpoints(size: number): AsyncIterable<readonly KeptCheckpoint[]>
  /** Entries that are neither sealed nor waiting to be, and entries that waited to be and are gone. */
  strays(
    limit: number,
  ): Promise<{ readonly slippedIn: readonly string[]; readonly vanished: readonly string[] }>
}

export interface AuditLog {
  append(entry: AuditEntry): Promise<void>
}
