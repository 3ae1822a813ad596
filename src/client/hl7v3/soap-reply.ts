import { ITK, TOOLKIT_ERRORS } from '../../formats/itk/codes.ts'
import { NASP, SOAP } from '../../formats/soap/codes.ts'
import { ANSWER_LIMITS, readEnvelope, type SoapEnvelope } from '../../formats/soap/read-envelope.ts'
import { childrenOf, descend, textOf, type XmlElement } from '../../formats/xml/xml-element.ts'
import type { HttpPosted } from '../http-post.ts'
import type { CouldNotLook, Refused } from '../outcomes.ts'
import { couldNotLook, notUnderstood, refused, statusOutcome } from './failed.ts'
import { saysFailure } from './message-outcome.ts'

export type SoapReply = ({ readonly kind: 'envelope' } & SoapEnvelope) | Refused | CouldNotLook

/** What came back over SOAP 1.1: an envelope that may hold an answer, which only a 200 has, or what its fault or status says. */
export async function readSoapReply(
  { status, body }: HttpPosted,
  understood?: readonly string[],
): Promise<SoapReply> {
  const envelope = await readEnvelope(body, understood, ANSWER_LIMITS)
  if (envelope.ok && envelope.value.message.name === 'Fault' && envelope.value.message.namespace === SOAP) {
    return faultOutcome(envelope.value.message, status)
  }
  if (status !== 200) return statusOutcome(status)
  return envelope.ok ? { kind: 'envelope', ...envelope.value } : notUnderstood()
}

/**
 * A fault that is the service's own, by its code or by what SOAP says whose it is, is "could not look"; one of the request is a
 * refusal. The codes are Spine's, or the toolkit's of a mini service.
 */
function faultOutcome(fault: XmlElement, status: number): Refused | CouldNotLook {
  const plain = (name: string) => fault.children.find(child => child.name === name && child.namespace === '')
  const whose = textOf(plain('faultcode'))?.split(':').at(-1)
  const parts = plain('detail')?.children ?? []
  const errors = [...parts.flatMap(spineErrors), ...parts.flatMap(toolkitErrors)]
  const codes = errors.flatMap(({ code }) => code ?? [])
  const words = errors.flatMap(({ words }) => words ?? []).map(word => word.replace(/\.$/, ''))
  const message = words.join('; ') || textOf(plain('faultstring')) || 'The service answered with a fault'
  const own = whose === undefined || whose === 'Server' || saysFailure(codes)
  return own || codes.includes(TOOLKIT_ERRORS.systemFailure)
    ? couldNotLook(message, codes)
    : refused(status, message, codes)
}

interface FaultError {
  readonly code: string | undefined
  readonly words: string | undefined
}

function spineErrors(part: XmlElement): readonly FaultError[] {
  if (part.name !== 'errorList' || part.namespace !== NASP) return []
  return childrenOf(part, 'error').map(error => ({
    code: textOf(descend(error, 'errorCode')),
    words: textOf(descend(error, 'description')),
  }))
}

function toolkitErrors(part: XmlElement): readonly FaultError[] {
  if (part.name !== 'ToolkitErrorInfo' || part.namespace !== ITK) return []
  const words = descend(part, 'ErrorDiagnosticText') ?? descend(part, 'ErrorText')
  return [{ code: textOf(descend(part, 'ErrorCode')), words: textOf(words) }]
}
