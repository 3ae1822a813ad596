import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MessagingContract } from '../../domain/registration/client-system.ts'
import { readEbxmlReply } from '../../formats/ebxml/read-reply.ts'
import { type WrittenMessage, writeEbxmlMessage } from '../../formats/ebxml/write-message.ts'
import { INTERACTIONS } from '../../formats/hl7v3/codes.ts'
import { writeQuery } from '../../formats/hl7v3/write-query.ts'
import { SERVICE } from '../../formats/soap/codes.ts'
import type { HttpPosted } from '../http-post.ts'
import type { CouldNotLook, QueryOutcome, Refused } from '../outcomes.ts'
import { answerListener, type Listening, type PostedMessage } from './answer-listener.ts'
import { notReached, posterOf, TIMEOUT_MS } from './ask-over-http.ts'
import { authorOf } from './asking-author.ts'
import { couldNotLook, notUnderstood, statusOutcome } from './failed.ts'
import { messageErrorOutcome } from './message-error-outcome.ts'
import type { QueryClient, QueryClientSettings } from './query-client.ts'
import { readSoapReply } from './soap-reply.ts'
import { type Agreement, takeAnswers } from './take-answers.ts'
import { waitingQueries } from './waiting-queries.ts'

export interface EbxmlClientSettings
  extends QueryClientSettings,
    Agreement,
    Partial<Pick<MessagingContract, 'retries' | 'retryIntervalSeconds'>> {
  /** Of the system that asks. */
  readonly asid: string
  /** Of CP-IS. */
  readonly spineAsid: string
  /** Where the contract has answers posted to. */
  readonly listen: Listening
  /** Told of whatever is posted there, for example to keep it on record. */
  readonly heard?: (posted: PostedMessage) => void
}

export interface EbxmlClient extends QueryClient {
  /** Where answers are listened for. */
  readonly port: number
}

/** Long enough for a question to be sent three times, and its answer as often. */
const ANSWER_TIMEOUT_MS = 30_000

/**
 * A client of asynchronous Spine messaging, for example of `https://cp-is.example/reliablemessaging/reliablerequest`, with a
 * listener of its own. Thirty seconds unless told otherwise. Rejects where the address to listen at is taken.
 */
export async function ebxmlClient(settings: EbxmlClientSettings): Promise<EbxmlClient> {
  const { timeoutMilliseconds = ANSWER_TIMEOUT_MS } = settings
  const author = authorOf(settings.author)
  const waiting = waitingQueries()
  const closing = new AbortController()
  const poster = posterOf({
    ...settings,
    timeoutMilliseconds: Math.min(timeoutMilliseconds, TIMEOUT_MS),
  })
  const take = takeAnswers(settings, waiting)
  const listener = await answerListener(settings.listen, posted => {
    settings.heard?.(posted)
    return take(posted)
  })
  const post = ({ contentType, soapAction, bytes }: WrittenMessage, signal: AbortSignal) =>
    poster.post(settings.url, { 'Content-Type': contentType, SOAPAction: `"${soapAction}"` }, bytes, signal)

  return {
    port: listener.port,
    query: async (nhsNumber, { unscheduled = true, signal } = {}) => {
      const id = randomUUID().toUpperCase()
      const access = unscheduled ? 'unscheduled' : 'scheduled'
      const query = { id, effectiveTime: new Date(), access, author, nhsNumber } as const
      const message = queryMessage(settings, query)
      const over = new AbortController()
      const deadline = AbortSignal.timeout(timeoutMilliseconds)
      const giveUp = AbortSignal.any([deadline, closing.signal, ...(signal ? [signal] : [])])
      // An answer that overtakes the receipt ends no post: it only need not be sent again.
      const enough = AbortSignal.any([giveUp, over.signal])
      try {
        const answered = waiting.wait({ id, nhsNumber, asid: settings.asid })
        const failed = sendUntilTaken(settings, id, () => post(message, giveUp), enough)
        return await Promise.race([
          answered,
          failed.then(outcome => outcome ?? answered),
          ended(giveUp, () =>
            couldNotLook(deadline.aborted ? 'No answer came in time' : 'The question was given up'),
          ),
        ])
      } finally {
        waiting.forget(id)
        over.abort()
      }
    },
    close: async () => {
      closing.abort()
      poster.close()
      await listener.close()
    },
  }
}

function queryMessage(
  settings: EbxmlClientSettings,
  query: Parameters<typeof writeQuery>[0]['query'],
): WrittenMessage {
  const { partyKey, spinePartyKey, cpaId, reliability, spineAsid, asid } = settings
  const header = {
    from: partyKey,
    to: spinePartyKey,
    cpaId,
    conversationId: query.id,
    service: SERVICE,
    action: INTERACTIONS.query,
    messageId: query.id,
    timestamp: query.effectiveTime,
    reliability,
  }
  return writeEbxmlMessage(
    header,
    writeQuery({ id: query.id, receiverAsid: spineAsid, senderAsid: asid, query }),
  )
}

/**
 * Sends a question until it is taken, as often as a reliable contract says: it is the same message each time, which the service
 * knows by its id. Undefined once it was taken, and its answer has to be waited for.
 */
async function sendUntilTaken(
  { reliability, retries = 2, retryIntervalSeconds = 5 }: EbxmlClientSettings,
  id: string,
  post: () => Promise<HttpPosted>,
  enough: AbortSignal,
): Promise<Refused | CouldNotLook | undefined> {
  const sendings = reliability === 'reliable' ? retries + 1 : 1
  for (let sending = 1; ; sending++) {
    const outcome = await post().then(reply => receiptOutcome(reply, id).catch(notUnderstood), notReached)
    if (outcome?.kind !== 'could-not-look' || sending === sendings) return outcome
    await sleep(retryIntervalSeconds * 1_000, undefined, { signal: enough }).catch(() => undefined)
    if (enough.aborted) return outcome
  }
}

/** What the reply to a question says of it; undefined where it was taken, for which some say no more than 202. */
async function receiptOutcome(reply: HttpPosted, id: string): Promise<Refused | CouldNotLook | undefined> {
  const { status } = reply
  const said = await readEbxmlReply(reply.body, reply.contentType)
  if (said.kind === 'message-error' && said.highestSeverity === 'Error') return messageErrorOutcome(said)
  if (said.kind === 'acknowledgment') {
    return said.refToMessageId.toUpperCase() === id ? undefined : notUnderstood()
  }
  if (status === 202) return undefined
  if (status >= 200 && status < 300) return notUnderstood()
  const fault = await readSoapReply(reply)
  return fault.kind === 'envelope' ? statusOutcome(status) : fault
}

function ended(signal: AbortSignal, outcome: () => QueryOutcome): Promise<QueryOutcome> {
  return new Promise(resolve => {
    if (signal.aborted) resolve(outcome())
    else signal.addEventListener('abort', () => resolve(outcome()), { once: true })
  })
}
