import type { HttpPoster } from '../client/http-post.ts'
import type { MessagingContract } from '../domain/registration/client-system.ts'
import type { AnswerMessage } from '../flows/query/ports.ts'
import type { Posted } from '../flows/query/post-answer.ts'
import { readEbxmlReply } from '../formats/ebxml/read-reply.ts'

/**
 * Posts answers to the callbacks of systems; whatever goes wrong is a value (rule 13.5). Under a reliable contract only an
 * acknowledgement that names the answer says that it was taken: a proxy's "200" could mean anything.
 */
export function answerCallback(poster: HttpPoster) {
  return async (message: AnswerMessage, contract: MessagingContract): Promise<Posted> => {
    const headers = { 'Content-Type': message.contentType, SOAPAction: `"${message.soapAction}"` }
    try {
      const reply = await poster.post(contract.callback, headers, message.bytes)
      const { status } = reply
      if (status < 200 || status > 299) return notTaken(`status ${status}`)
      if (contract.reliability === 'express') return { kind: 'acknowledged' }
      const said = await readEbxmlReply(reply.body, reply.contentType)
      if (said.kind === 'message-error') return notTaken('message error')
      return said.kind === 'acknowledgment' && said.refToMessageId === message.id
        ? { kind: 'acknowledged' }
        : notTaken('not acknowledged')
    } catch (error) {
      return notTaken(codeOf(error))
    }
  }
}

function notTaken(reason: string): Posted {
  return { kind: 'not-taken', reason }
}

/** The platform's code of what went wrong, for example `ECONNREFUSED`; nothing that the other side said. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'no reply in time'
  return 'code' in error && typeof error.code === 'string' ? error.code : 'failed'
}
