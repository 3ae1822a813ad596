import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { KnownDemographics } from '../../domain/person/demographics.ts'
import { faultOfHeldPerson } from '../../domain/person/held-person.ts'
import { decidedMatch } from '../../domain/person/match-decision.ts'
import type { Clock, NewId, Storage } from '../ports.ts'

/**
 * A person was loaded as PDS had them then. What PDS says now is judged anew at each look: a new name or date of birth, a restriction, a
 * death. The plan is kept, and its authority is told what is not as it holds it, once for each change, never what PDS holds (rule 14.9).
 */
export async function judgeHeldPerson(
  deps: { readonly storage: Pick<Storage, 'transaction'>; readonly clock: Clock; readonly newId: NewId },
  nhsNumber: NhsNumber,
  answer: KnownDemographics,
): Promise<void> {
  await deps.storage.transaction(async stores => {
    const at = deps.clock.now()
    const held = await stores.heldPeople.find(nhsNumber, at)
    for (const { authority, subject, fault: before } of held) {
      const decided = await stores.matchDecisions.find(authority, decidedMatch(nhsNumber, subject))
      const fault = faultOfHeldPerson(subject, answer, decided)
      if (JSON.stringify(fault) === JSON.stringify(before)) continue
      await stores.heldPeople.keep(nhsNumber, authority, fault, at)
      await stores.audit.append({
        id: deps.newId(),
        at,
        via: 'worker',
        action: fault ? 'held person differs' : 'held person as held',
        outcome: 'allowed',
        ...(fault && { reason: fault.kind }),
        nhsNumber,
        details: { authority },
      })
    }
    await stores.heldPeople.forgetOthers(
      nhsNumber,
      held.map(({ authority }) => authority),
    )
  })
}
