import type { Answer, NotAnswered } from '../../../domain/query/answer.ts'
import type { ClientSystem, MessagingContract } from '../../../domain/registration/client-system.ts'
import { failure, type Result } from '../../../domain/result.ts'
import type { AnswerMessage } from '../../../flows/query/ports.ts'
import type { EbxmlHeader } from '../../../formats/ebxml/ebxml-header.ts'
import { writeEbxmlMessage } from '../../../formats/ebxml/write-message.ts'
import { SERVICE } from '../../../formats/soap/codes.ts'
import { notAnswered, type QueryRefusal } from '../common/query-refusal.ts'
import { writeOutcome } from '../common/write-outcome.ts'
import type { AsynchronousApiDeps } from './api-deps.ts'

/** A system that is answered by messages of their own. */
export type ContractedSystem = ClientSystem & { readonly contract: MessagingContract }

/** The answer as a message of its own, which refers to the question and keeps its conversation (rule 13.7). */
export function writeAsyncAnswer(
  deps: AsynchronousApiDeps,
  question: { readonly system: ContractedSystem; readonly header: EbxmlHeader; readonly requestId: string },
  answered: Result<Answer, QueryRefusal | NotAnswered>,
): AnswerMessage {
  const { system, header, requestId } = question
  const outcome = writeOutcome(deps, { askedBy: system.asid, requestId }, refused(answered))
  const messageId = outcome.id.toUpperCase()
  const { contentType, soapAction, bytes } = writeEbxmlMessage(
    {
      from: deps.ownPartyKey,
      to: system.partyKey,
      cpaId: system.contract.cpaId,
      conversationId: header.conversationId,
      service: SERVICE,
      action: outcome.interaction,
      messageId,
      timestamp: deps.now(),
      refToMessageId: header.messageId,
      reliability: system.contract.reliability,
    },
    outcome.message,
  )
  return { id: messageId, contentType, soapAction, bytes }
}

function refused(answered: Result<Answer, QueryRefusal | NotAnswered>): Result<Answer, QueryRefusal> {
  if (answered.ok) return answered
  const why = answered.fault
  return failure(why.kind === 'missing-activity' ? notAnswered(why) : why)
}
