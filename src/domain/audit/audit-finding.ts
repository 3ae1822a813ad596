import { unreachable } from '../result.ts'

/** Something that a check of the sealed audit log found (rules 22.7 and 22.8). Positions count from 0, in sealed order. */
export type AuditFinding =
  | { readonly kind: 'altered'; readonly position: number; readonly entryId: string }
  | { readonly kind: 'removed'; readonly position: number; readonly entryId: string }
  /** Of the seal itself: at this position it has nothing. */
  | { readonly kind: 'seal-missing'; readonly position: number }
  /** The first checkpoint whose root the log no longer has, and the last one before it that it still has. */
  | { readonly kind: 'rewritten'; readonly after: number; readonly size: number }
  | { readonly kind: 'bad-signature'; readonly size: number }
  | { readonly kind: 'other-log'; readonly origin: string }
  | { readonly kind: 'newest-not-trusted'; readonly size: number }
  | { readonly kind: 'never-sealed' }
  /** A checkpoint that was kept elsewhere is of more entries than there are. */
  | { readonly kind: 'cut-short'; readonly size: number; readonly kept: number }
  | { readonly kind: 'kept-differs'; readonly size: number }
  | { readonly kind: 'kept-not-trusted'; readonly size: number }
  | { readonly kind: 'slipped-in'; readonly entryId: string }
  | { readonly kind: 'vanished'; readonly entryId: string }

/** A finding in words: what it means, and how bad it is. */
export function auditFindingWords(finding: AuditFinding): string {
  switch (finding.kind) {
    case 'altered':
      return `Entry ${finding.entryId} was changed after it was sealed.`
    case 'removed':
      return `Entry ${finding.entryId} was taken out after it was sealed.`
    case 'seal-missing':
      return `The seal of the entry at position ${finding.position} was taken out.`
    case 'rewritten':
      return `The seal was made anew somewhere between entry ${finding.after + 1} and entry ${finding.size}: what stands there is not what was sealed.`
    case 'bad-signature':
      return `The checkpoint of ${finding.size} entries is not what the service signed.`
    case 'other-log':
      return `A checkpoint is of another log: ${finding.origin}.`
    case 'newest-not-trusted':
      return `The newest checkpoint, of ${finding.size} entries, is not signed with a key that is trusted here.`
    case 'never-sealed':
      return 'There are checkpoints kept elsewhere, but nothing is sealed here.'
    case 'cut-short':
      return `A checkpoint kept elsewhere is of ${finding.kept} entries, but only ${finding.size} are sealed: the newest were taken out.`
    case 'kept-differs':
      return `The checkpoint kept elsewhere of ${finding.size} entries is not of what stands here: entries were changed, or it is of another time.`
    case 'kept-not-trusted':
      return `The checkpoint kept elsewhere of ${finding.size} entries is not signed with a key that is trusted here.`
    case 'slipped-in':
      return `Entry ${finding.entryId} is neither sealed nor waiting to be: it was put in around the log's own way.`
    case 'vanished':
      return `Entry ${finding.entryId} was taken out before it could be sealed.`
    default:
      return unreachable(finding)
  }
}
