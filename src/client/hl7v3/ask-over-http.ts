import { renderXml, XML_DECLARATION, type XmlNode } from '../../formats/xml/xml-writer.ts'
import { connectionProblem, connectionWords } from '../connection-problem.ts'
import { type HttpPosted, type HttpPoster, httpPoster } from '../http-post.ts'
import type { CouldNotLook, QueryOutcome } from '../outcomes.ts'
import { couldNotLook, notUnderstood } from './failed.ts'
import type { AskingOptions, QueryClient, QueryClientSettings } from './query-client.ts'

/** In bytes: an answer with many plans and every access that is ever listed is a tenth of it. */
const LONGEST_ANSWER = 2 ** 20

export const TIMEOUT_MS = 10_000

/** A question as it is posted, and what becomes of the reply. */
export interface PostedQuery {
  readonly soapAction: string
  readonly envelope: XmlNode
  read(reply: HttpPosted): Promise<QueryOutcome>
}

/** A client of questions that are answered in the reply, by SOAP 1.1. */
export function askingOverHttp(
  settings: Pick<QueryClientSettings, 'url' | 'tls' | 'timeoutMilliseconds' | 'poster'>,
  write: (nhsNumber: string, options: AskingOptions) => PostedQuery,
): QueryClient {
  const poster = posterOf(settings)
  return {
    query: async (nhsNumber, options = {}) => {
      const question = write(nhsNumber, options)
      const headers = {
        'Content-Type': 'text/xml; charset=utf-8',
        SOAPAction: `"${question.soapAction}"`,
      }
      const body = new TextEncoder().encode(XML_DECLARATION + renderXml(question.envelope))
      let reply: HttpPosted
      try {
        reply = await poster.post(settings.url, headers, body, options.signal)
      } catch (error) {
        return notReached(error, options.signal)
      }
      return question.read(reply).catch(notUnderstood)
    },
    close: async () => poster.close(),
  }
}

export function posterOf({
  poster,
  timeoutMilliseconds = TIMEOUT_MS,
  tls,
}: Pick<QueryClientSettings, 'tls' | 'timeoutMilliseconds' | 'poster'>): HttpPoster {
  return poster ?? httpPoster(timeoutMilliseconds, tls, LONGEST_ANSWER)
}

/** Why no reply came, in words that hold nothing of the question. */
export function notReached(error: unknown, signal?: AbortSignal): CouldNotLook {
  if (signal?.aborted) return couldNotLook('The question was given up')
  const late = error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name)
  if (late) return couldNotLook('No answer came in time')
  const problem = connectionProblem(error)
  if (!problem) return couldNotLook('The service could not be reached')
  return { ...couldNotLook(`The service could not be reached: ${connectionWords(problem)}`), problem }
}
