import { HL7, INTERACTIONS, NPFIT } from '../hl7v3/codes.ts'
import type { XmlNode } from '../xml/xml-writer.ts'
import { actionOf, NASP, SERVICE, WSA } from './codes.ts'
import { writeWsdl } from './wsdl.ts'
import { ADDRESSING, addressingSchema } from './wsdl-addressing.ts'
import { answerType, CONTENT_ID_SCHEMA, QUERY_TYPES } from './wsdl-query-types.ts'
import { attribute, either, holding, many, named, one, optional, schema, some } from './wsdl-schema.ts'

const SYSTEMS = ['hl7:communicationFunctionRcv', 'hl7:communicationFunctionSnd']

/** Describes synchronous Spine messaging at one address for SOAP toolkits: what a query holds, its header, answers and faults. */
export function writeSpineWsdl(address: string): XmlNode {
  return writeWsdl({
    name: 'CPISQuery',
    namespace: SERVICE,
    documentation:
      'Asks by NHS number whether a child protection plan is held. A fault says nothing about any child: ask again.',
    address,
    namespaces: { hl7: HL7, npfitlc: NPFIT, wsa: WSA, nasp: NASP },
    schemas: [MESSAGES, CONTENT_ID_SCHEMA, addressingSchema(WSA), ERRORS],
    operation: {
      name: INTERACTIONS.query,
      action: actionOf(INTERACTIONS.query),
      input: { body: `hl7:${INTERACTIONS.query}`, headers: [...ADDRESSING, ...SYSTEMS, 'wsa:ReplyTo'] },
      output: { body: 'hl7:CP-ISNHSQueryResponse', headers: [...ADDRESSING, ...SYSTEMS, 'wsa:RelatesTo'] },
      fault: 'nasp:errorList',
    },
  })
}

const ACT = [attribute('classCode', 'CACT'), attribute('moodCode', 'EVN')]
const QUERY_ACK = one(
  'queryAck',
  holding(one('queryResponseCode', 'hl7:Code'), attribute('type', 'QueryAck')),
)

/** The systems stand in the header as they do in a message, and so are declared by themselves too. */
const MESSAGES = schema(
  HL7,
  [NPFIT],
  one('communicationFunctionRcv', 'hl7:Receiver'),
  one('communicationFunctionSnd', 'hl7:Sender'),
  one(INTERACTIONS.query, wrapping('asked', subjectOf('CP-ISQueryStub', 'hl7:QueryStub'))),
  one(
    'CP-ISNHSQueryResponse',
    holding(
      either(
        one(
          INTERACTIONS.queryResponse,
          wrapping('asked', subjectOf('CP-ISNHSQueryResponse', 'hl7:Answer'), QUERY_ACK),
        ),
        one(INTERACTIONS.queryFailure, wrapping('answering', many('reason', 'hl7:Reason'), QUERY_ACK)),
        one(INTERACTIONS.applicationAcknowledgement, wrapping('answering', many('reason', 'hl7:Reason'))),
      ),
    ),
  ),
  named('Receiver', system('RCV')),
  named('Sender', system('SND')),
  named('Device', holding(one('id', 'hl7:Id'), ...device())),
  named(
    'Reason',
    holding(
      one(
        'justifyingDetectedIssueEvent',
        holding(one('code', 'hl7:Code'), attribute('classCode', 'ALRT'), attribute('moodCode', 'EVN')),
      ),
      attribute('typeCode', 'RSON'),
    ),
  ),
  named('Answer', answerType()),
  ...QUERY_TYPES,
)

function device(): XmlNode[] {
  return [attribute('classCode', 'DEV'), attribute('determinerCode', 'INSTANCE')]
}

function system(typeCode: string): XmlNode {
  return holding(one('device', 'hl7:Device'), attribute('typeCode', typeCode))
}

function subjectOf(name: string, type: string): XmlNode {
  return one('subject', holding(one(name, type), attribute('typeCode', 'SUBJ')))
}

/** A message: its wrapper, which names what it answers where it is no answer by its content, and its control act. */
function wrapping(kind: 'asked' | 'answering', ...content: XmlNode[]): XmlNode {
  const acknowledgement = one(
    'acknowledgement',
    holding(one('messageRef', holding(one('id', 'hl7:Id'))), attribute('typeCode')),
  )
  return holding(
    one('id', 'hl7:Id'),
    one('creationTime', 'hl7:Value'),
    one('versionCode', 'hl7:Code'),
    one('interactionId', 'hl7:Id'),
    one('processingCode', 'hl7:Code'),
    one('processingModeCode', 'hl7:Code'),
    one('acceptAckCode', 'hl7:Code'),
    ...(kind === 'answering' ? [acknowledgement] : []),
    one('communicationFunctionRcv', 'hl7:Receiver'),
    one('communicationFunctionSnd', 'hl7:Sender'),
    one(
      'ControlActEvent',
      holding(
        one(
          'author1',
          holding(
            one(
              'AgentSystemSDS',
              holding(one('agentSystemSDS', 'hl7:Device'), attribute('classCode', 'AGNT')),
            ),
            attribute('typeCode', 'AUT'),
          ),
        ),
        ...content,
        ...ACT,
      ),
    ),
  )
}

const ERRORS = schema(
  NASP,
  [],
  one(
    'errorList',
    holding(
      some(
        'error',
        holding(
          ...['codeContext', 'errorCode', 'severity', 'location'].map(name => one(name, 'xs:string')),
          optional('description', 'xs:string'),
        ),
      ),
    ),
  ),
)
