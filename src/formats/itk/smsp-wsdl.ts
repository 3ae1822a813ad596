import { HL7, NPFIT } from '../hl7v3/codes.ts'
import { writeWsdl } from '../soap/wsdl.ts'
import { ADDRESSING, addressingSchema } from '../soap/wsdl-addressing.ts'
import { answerType, CONTENT_ID_SCHEMA, QUERY_TYPES } from '../soap/wsdl-query-types.ts'
import {
  attribute,
  declared,
  either,
  holding,
  labelled,
  named,
  needed,
  one,
  optional,
  schema,
  some,
} from '../soap/wsdl-schema.ts'
import type { XmlNode } from '../xml/xml-writer.ts'
import { ITK, ITK_WSA, SERVICE } from './codes.ts'

/** Describes the mini service at one address for SOAP toolkits: the distribution envelope, the query and the response in it. */
export function writeSmspWsdl(address: string): XmlNode {
  return writeWsdl({
    name: 'CPISMiniService',
    namespace: SERVICE,
    documentation:
      'Asks by NHS number whether a child protection plan is held. Only the code CPIS-0001 says that none is; a fault says nothing.',
    address,
    namespaces: { hl7: HL7, npfitlc: NPFIT, wsa: ITK_WSA, itk: ITK },
    schemas: [PAYLOADS, CONTENT_ID_SCHEMA, addressingSchema(ITK_WSA), ENVELOPE],
    operation: {
      name: 'sendRecvDistEnvelope',
      action: SERVICE,
      input: { body: 'itk:DistributionEnvelope', headers: [...ADDRESSING, 'wsa:ReplyTo'] },
      output: { body: 'itk:DistributionEnvelope', headers: [...ADDRESSING, 'wsa:RelatesTo'] },
      fault: 'itk:ToolkitErrorInfo',
    },
  })
}

const PAYLOADS = schema(
  HL7,
  [NPFIT],
  one('CP-ISQueryStub', 'hl7:QueryStub'),
  one('CP-ISNHSQueryResponse', answerType(one('value', 'hl7:Code'))),
  ...QUERY_TYPES,
)

const ENVELOPE = schema(
  ITK,
  [HL7],
  one(
    'DistributionEnvelope',
    holding(
      one(
        'header',
        holding(
          optional('addresslist', holding(some('address', 'itk:Uri'))),
          optional('auditIdentity', holding(some('id', 'itk:Uri', 4))),
          one(
            'manifest',
            holding(
              some('manifestitem', holding(needed('id'), needed('mimetype'), attribute('profileid'))),
              needed('count'),
            ),
          ),
          optional('senderAddress', 'itk:Uri'),
          optional('handlingSpecification', holding(some('spec', holding(needed('key'), needed('value'))))),
          needed('service'),
          needed('trackingid'),
        ),
      ),
      one('payloads', holding(some('payload', payload()), needed('count'))),
    ),
  ),
  one(
    'ToolkitErrorInfo',
    holding(
      one('ErrorID', 'xs:string'),
      one('ErrorCode', labelled(attribute('codeSystem'))),
      one('ErrorText', 'xs:string'),
      optional('ErrorDiagnosticText', 'xs:string'),
    ),
  ),
  named('Uri', holding(needed('uri'), attribute('type'))),
)

/** The envelope of a request and of its answer is one element, and so holds either. */
function payload(): XmlNode {
  return holding(either(declared('hl7:CP-ISQueryStub'), declared('hl7:CP-ISNHSQueryResponse')), needed('id'))
}
