import { randomUUID } from 'node:crypto'
import { HL7, INTERACTIONS } from '../../formats/hl7v3/codes.ts'
import { writeQuery } from '../../formats/hl7v3/write-query.ts'
import { ANONYMOUS, actionOf, WSA } from '../../formats/soap/codes.ts'
import type { SoapEnvelope } from '../../formats/soap/read-envelope.ts'
import { writeHead } from '../../formats/soap/spine-head.ts'
import { writeEnvelope } from '../../formats/soap/write-envelope.ts'
import { textOf } from '../../formats/xml/xml-element.ts'
import type { QueryOutcome } from '../outcomes.ts'
import { askingOverHttp } from './ask-over-http.ts'
import { authorOf } from './asking-author.ts'
import { notOurs, notUnderstood } from './failed.ts'
import { messageOutcome, type SentQuery } from './message-outcome.ts'
import type { QueryClient, QueryClientSettings } from './query-client.ts'
import { readSoapReply } from './soap-reply.ts'

export interface SoapClientSettings extends QueryClientSettings {
  /** Of the system that asks. */
  readonly asid: string
  /** Of CP-IS. */
  readonly spineAsid: string
  /** What messages call the place of their answers, which travel back on the connection all the same. */
  readonly replyTo?: string
}

const ACTION = actionOf(INTERACTIONS.query)

/** A client of synchronous Spine messaging, for example of `https://cp-is.example/sync-service`. Ten seconds unless told otherwise. */
export function soapClient(settings: SoapClientSettings): QueryClient {
  const { url, asid, spineAsid, replyTo = ANONYMOUS } = settings
  const author = authorOf(settings.author)
  const systems = { receiverAsid: spineAsid, senderAsid: asid }
  return askingOverHttp(settings, (nhsNumber, { unscheduled = true }) => {
    const id = randomUUID().toUpperCase()
    const access = unscheduled ? 'unscheduled' : 'scheduled'
    const head = writeHead({ ...systems, messageId: id, action: ACTION, to: url, from: replyTo, replyTo })
    const query = { id, effectiveTime: new Date(), access, author, nhsNumber } as const
    return {
      soapAction: ACTION,
      envelope: writeEnvelope(head, writeQuery({ ...systems, id, query })),
      read: async reply => {
        const read = await readSoapReply(reply)
        return read.kind === 'envelope' ? envelopeOutcome(read, { id, nhsNumber, asid }) : read
      },
    }
  })
}

/** The message stands in an element named after what is answered, and some send it without. */
function envelopeOutcome({ header, message }: SoapEnvelope, asked: SentQuery): QueryOutcome {
  const relatesTo = header?.children.filter(part => part.name === 'RelatesTo' && part.namespace === WSA) ?? []
  if (relatesTo.length !== 1 || textOf(relatesTo[0])?.toUpperCase() !== `UUID:${asked.id}`) return notOurs()
  if (message.name !== 'CP-ISNHSQueryResponse') return messageOutcome(message, asked)
  const [inside, ...others] = message.children
  return inside && others.length === 0 && inside.namespace === HL7
    ? messageOutcome(inside, asked)
    : notUnderstood()
}
