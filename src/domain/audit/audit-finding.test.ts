import { expect, test } from 'vitest'
import { type AuditFinding, auditFindingWords } from './audit-finding.ts'

/** What of each finding somebody needs to look further; a kind that is forgotten does not compile. */
const FINDINGS: {
  readonly [Kind in AuditFinding['kind']]: [Omit<Extract<AuditFinding, { kind: Kind }>, 'kind'>, RegExp]
} = {
  altered: [{ position: 7, entryId: 'E-1' }, /Entry E-1 was changed/],
  removed: [{ position: 7, entryId: 'E-1' }, /Entry E-1 was taken out after/],
  'seal-missing': [{ position: 7 }, /position 7 was taken out/],
  rewritten: [{ after: 4, size: 9 }, /between entry 5 and entry 9/],
  'bad-signature': [{ size: 9 }, /checkpoint of 9 entries is not what/],
  'other-log': [{ origin: 'cpis.example/1' }, /another log: cpis\.example\/1/],
  'newest-not-trusted': [{ size: 9 }, /newest checkpoint, of 9 entries, is not signed/],
  'never-sealed': [{}, /nothing is sealed here/],
  'cut-short': [{ kept: 12, size: 9 }, /of 12 entries, but only 9 are sealed/],
  'kept-differs': [{ size: 9 }, /kept elsewhere of 9 entries is not of what stands here/],
  'kept-not-trusted': [{ size: 9 }, /kept elsewhere of 9 entries is not signed/],
  'slipped-in': [{ entryId: 'E-1' }, /Entry E-1 is neither sealed nor waiting/],
  vanished: [{ entryId: 'E-1' }, /Entry E-1 was taken out before/],
}

test.each(Object.entries(FINDINGS))('rule 22.7: %s is named in words of its own', (kind, [
  details,
  words,
]) => {
  expect(auditFindingWords({ kind, ...details } as AuditFinding)).toMatch(words)
})
