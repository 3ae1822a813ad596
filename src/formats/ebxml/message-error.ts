import { textOf, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import { ERROR_CONTEXT, SIGNAL_ACTIONS } from './codes.ts'
import { type EbxmlEnvelope, ebxmlAttribute, ebxmlOf, UNDERSTAND_2_0 } from './envelope.ts'
import { idOf } from './read-header.ts'
import { type EbxmlSignal, writeSignal } from './signal.ts'

export interface EbxmlError {
  readonly errorCode: string
  readonly severity: 'Error' | 'Warning'
  /** What the code is one of; where nothing is said, what those of the national service are of. */
  readonly codeContext?: string
  /** Where in the message the error is. */
  readonly location?: string
  /** A sentence in English. */
  readonly description: string
}

/** What an envelope says went wrong with a message. */
export interface MessageError {
  readonly highestSeverity: EbxmlError['severity']
  /** Absent where it does not say which message. */
  readonly refToMessageId?: string
  readonly errors: readonly EbxmlError[]
}

/** Says what was wrong with a message: it was not dealt with. */
export function writeMessageError(signal: EbxmlSignal, errors: readonly EbxmlError[]): XmlNode {
  return writeSignal(
    signal,
    SIGNAL_ACTIONS.messageError,
    element(
      'eb:ErrorList',
      { ...UNDERSTAND_2_0, 'eb:highestSeverity': highestOf(errors) },
      ...errors.map((error, index) =>
        element(
          'eb:Error',
          {
            'eb:id': `error-${index + 1}`,
            'eb:codeContext': error.codeContext ?? ERROR_CONTEXT,
            'eb:errorCode': error.errorCode,
            'eb:severity': error.severity,
            'eb:location': error.location,
          },
          element('eb:Description', { 'xml:lang': 'en-GB' }, error.description),
        ),
      ),
    ),
  )
}

/** Undefined where an envelope has no list of errors. One whose severity is not said is an error. */
export function readMessageError({ header }: EbxmlEnvelope): MessageError | undefined {
  const lists = ebxmlOf(header, 'ErrorList')
  if (lists.length === 0) return undefined
  const errors = lists.flatMap(list => ebxmlOf(list, 'Error')).map(errorOf)
  const said = lists.map(list => severityOf(ebxmlAttribute(list, 'highestSeverity')))
  const [message] = ebxmlOf(header, 'MessageHeader')
  const [data] = message ? ebxmlOf(message, 'MessageData') : []
  const refToMessageId = data && idOf(ebxmlOf(data, 'RefToMessageId')[0])
  return {
    highestSeverity: highestOf([...errors, ...said.map(severity => ({ severity }))]),
    ...(refToMessageId !== undefined && { refToMessageId }),
    errors,
  }
}

function errorOf(error: XmlElement): EbxmlError {
  const codeContext = ebxmlAttribute(error, 'codeContext')
  const location = ebxmlAttribute(error, 'location')
  return {
    errorCode: ebxmlAttribute(error, 'errorCode') ?? '',
    severity: severityOf(ebxmlAttribute(error, 'severity')),
    ...(codeContext !== undefined && { codeContext }),
    ...(location !== undefined && { location }),
    description: textOf(ebxmlOf(error, 'Description')[0]) ?? '',
  }
}

function severityOf(text: string | undefined): EbxmlError['severity'] {
  return text === 'Warning' ? 'Warning' : 'Error'
}

function highestOf(errors: readonly Pick<EbxmlError, 'severity'>[]): EbxmlError['severity'] {
  return errors.every(({ severity }) => severity === 'Warning') ? 'Warning' : 'Error'
}
