import type { AuditEntry } from '../../domain/audit/audit.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { DecidedMatch, MatchDecision } from '../../domain/person/match-decision.ts'
import type { Clock, NewId, Storage } from '../ports.ts'

/**
 * Keeps what an officer of the authority says of a possible match, on record. It counts in every file that is judged from then on (rule
 * 3.25). Said again it changes nothing and leaves no second entry; answers whether it is new.
 */
export function decideMatch(
  deps: { readonly storage: Pick<Storage, 'transaction'>; readonly clock: Clock; readonly newId: NewId },
  authority: OdsCode,
  match: DecidedMatch,
  decision: MatchDecision,
  by: Pick<AuditEntry, 'via' | 'actor'>,
): Promise<boolean> {
  return deps.storage.transaction(async stores => {
    const at = deps.clock.now()
    if (!(await stores.matchDecisions.keep(authority, match, decision, at))) return false
    await stores.audit.append({
      id: deps.newId(),
      at,
      ...by,
      action: 'decide possible match',
      outcome: 'allowed',
      nhsNumber: match.nhsNumber,
      details: { authority, decision },
    })
    return true
  })
}
