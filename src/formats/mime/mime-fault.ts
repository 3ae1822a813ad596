/** Why bytes are no multipart that is read here. */
export type MimeProblem = keyof typeof DETAILS

/** The detail is a sentence that quotes nothing of the message. */
export interface MimeFault {
  readonly problem: MimeProblem
  readonly detail: string
}

const DETAILS = {
  'not-multipart': 'a content type of multipart/related is needed.',
  'content-type': 'the content type is not one media type and its parameters, each of them once.',
  boundary: 'the content type needs a boundary of 1 to 70 of the characters that boundaries have.',
  'too-large': 'the message, or a part of it, is longer than is read.',
  'too-many-parts': 'the message has more parts than are read.',
  'no-parts': 'no part begins with the boundary of the content type.',
  'not-closed': 'the closing boundary is missing, so the message may have been cut short.',
  'part-header': 'the header of a part is not lines of a name, a colon and a value, and an empty line.',
  'part-header-too-large': 'the header of a part is longer than is read.',
  'repeated-field': 'a field stands twice in the header of a part.',
  'transfer-encoding': 'the transfer encoding of a part is none that is read, or not kept to.',
  'wrong-length': 'a part is not as long as it says.',
  'nested-multipart': 'a part is a multipart itself.',
  'content-id': 'a Content-Id is not one id of printable characters, in angle brackets or not.',
  'repeated-content-id': 'two parts have the same Content-Id.',
  'no-root': 'the content type says that the message starts with a part that is not there.',
} as const

export function mimeFault(problem: MimeProblem): MimeFault {
  return { problem, detail: DETAILS[problem] }
}
