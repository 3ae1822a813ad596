import type { MessageError } from '../../formats/ebxml/message-error.ts'
import type { CouldNotLook, Refused } from '../outcomes.ts'
import { couldNotLook, refused } from './failed.ts'
import { saysFailure } from './message-outcome.ts'

/** Codes of ebXML by which whoever should have delivered a message says that it could not (ebXML 2.0, clause 4.2.3.4). */
const NOT_DELIVERED: readonly string[] = ['DeliveryFailure', 'TimeToLiveExpired', 'Unknown']

/** What a message error says to a question: it was refused, unless the fault is not the question's. */
export function messageErrorOutcome({ errors }: MessageError): Refused | CouldNotLook {
  const codes = errors.map(({ errorCode }) => errorCode).filter(code => code !== '')
  const words = errors.map(({ description }) => description.replace(/\.$/, '')).filter(word => word !== '')
  const message = words.join('; ') || 'The question was answered with an error'
  const own = codes.length === 0 || saysFailure(codes) || codes.some(code => NOT_DELIVERED.includes(code))
  return own ? couldNotLook(message, codes) : refused(200, message, codes)
}
