import { z } from 'zod'
import type { SealableEntry } from '../../domain/audit/audit.ts'
import { type Hash, rootByPath, type SealHead, sameHash } from '../../domain/audit/seal-tree.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { base64, fromBase64 } from './checkpoint.ts'
import { hashEntry, joinHashes } from './hashes.ts'

/** An entry as a proof has it: with its position and path, or, written just then, with neither. */
export interface EntryToProve {
  readonly entry: SealableEntry
  readonly sealed?: { readonly position: number; readonly path: readonly Hash[] }
}

/** Entries of the audit log and what proves that they were sealed: a file that can be checked by anybody, without the service. */
export interface ProofFile {
  /** What was searched for. */
  readonly search?: object
  readonly savedAt: Date
  readonly checkpoint: string
  readonly entries: readonly EntryToProve[]
}

const FORMAT = 'cp-is-audit-proof/1'

/** Writes a proof as JSON: checkpoint and paths as in RFC 6962 and the C2SP forms, an entry as it was sealed (RFC 8785). */
export function writeProofFile({ search, savedAt, checkpoint, entries }: ProofFile): string {
  return JSON.stringify(
    {
      format: FORMAT,
      ...(search && { search }),
      savedAt: savedAt.toISOString(),
      checkpoint,
      entries: entries.map(({ entry, sealed }) => ({
        entry,
        ...(sealed && { index: sealed.position, path: sealed.path.map(base64) }),
      })),
    },
    undefined,
    2,
  )
}

const hash = z.string().transform((text, context): Hash => {
  const bytes = fromBase64(text)
  if (bytes?.length !== 32) context.addIssue('is not 32 bytes in base64')
  return bytes ?? z.NEVER
})
const entries = z.array(
  z
    .object({
      entry: z.looseObject({ id: z.string(), at: z.string() }),
      index: z.int().nonnegative().optional(),
      path: z.array(hash).max(64).optional(),
    })
    .refine(({ index, path }) => (index === undefined) === (path === undefined), 'has half a proof'),
)
const proofFile = z.object({
  format: z.literal(FORMAT),
  search: z.record(z.string(), z.unknown()).optional(),
  savedAt: z.iso.datetime().transform(text => new Date(text)),
  checkpoint: z.string(),
  entries,
})

/** Reads a proof, or says what is wrong with the file; whether it holds is another question. */
export function readProofFile(text: string): Result<ProofFile, string> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return failure('It is not JSON.')
  }
  const read = proofFile.safeParse(json)
  if (!read.success) return failure(z.prettifyError(read.error))
  const { search, savedAt, checkpoint } = read.data
  return success({
    ...(search && { search }),
    savedAt,
    checkpoint,
    entries: read.data.entries.map(({ entry, index, path }) => ({
      // Whatever else an entry says is part of what was sealed, so that all of it is hashed as it stands.
      entry: entry as unknown as SealableEntry,
      ...(index !== undefined && path && { sealed: { position: index, path } }),
    })),
  })
}

/** Whether an entry was sealed under a checkpoint: `not-yet` where the proof itself says that it was not. */
export function checkEntry({ entry, sealed }: EntryToProve, head: SealHead): 'proved' | 'not-yet' | 'wrong' {
  if (!sealed) return 'not-yet'
  const leads = {
    entry: hashEntry(entry),
    index: sealed.position,
    size: head.size,
    path: sealed.path,
  }
  return sameHash(head.root, rootByPath(leads, joinHashes)) ? 'proved' : 'wrong'
}
