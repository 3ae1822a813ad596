import { PLAN_TYPES } from '../../domain/plan/plan.ts'
import {
  ASSIGNED_AUTHOR,
  CHILD,
  NPFIT,
  PLAN_DATE_PREFIX,
  RESPONSE_PLANS,
  SYSTEM,
  UNBORN_CHILD,
} from '../hl7v3/codes.ts'
import type { XmlNode } from '../xml/xml-writer.ts'
import {
  attribute,
  declared,
  either,
  holding,
  many,
  named,
  needed,
  one,
  optional,
  schema,
  some,
} from './wsdl-schema.ts'

/**
 * What stands in a query and in its answer, described for toolkits; prefixes are `hl7` and `npfitlc`. It tells them what to
 * build and where to look. What is taken and refused is the API's to say: it reads more than is described here.
 */
export const QUERY_TYPES: readonly XmlNode[] = [
  named('Value', holding(needed('value'))),
  named('Id', holding(attribute('root'), attribute('extension'), attribute('assigningAuthorityName'))),
  named(
    'Code',
    holding(many('qualifier', 'hl7:Code'), needed('code'), attribute('codeSystem'), attribute('displayName')),
  ),
  named('Telecom', holding(needed('use'), needed('value'))),
  named(
    'PersonName',
    holding(
      optional('prefix', 'xs:string'),
      many('given', 'xs:string'),
      optional('family', 'xs:string'),
      optional('suffix', 'xs:string'),
    ),
  ),
  named(
    'Organisation',
    holding(one('id', 'hl7:Id'), one('name', 'xs:string'), many('telecom', 'hl7:Telecom')),
  ),
  named(
    'Author',
    holding(
      declared('npfitlc:contentId'),
      either(one(ASSIGNED_AUTHOR.element, 'hl7:AssignedAuthor'), one(SYSTEM.element, 'hl7:System')),
    ),
  ),
  named(
    'AssignedAuthor',
    holding(
      one('code', 'hl7:Code'),
      some('id', 'hl7:Id', 2),
      one('assignedAuthorPerson', holding(one('name', 'hl7:PersonName'))),
      one('representedOrganization', 'hl7:Organisation'),
    ),
  ),
  named(
    'System',
    holding(
      one('id', 'hl7:Id'),
      many(
        'indirectAuthority',
        holding(
          one(
            'superiorAssignedEntity',
            holding(one('code', 'hl7:Code'), one('assignedPerson', holding(one('name', 'hl7:PersonName')))),
          ),
        ),
      ),
      one('maintainingOrganization', 'hl7:Organisation'),
    ),
  ),
  named(
    'Query',
    holding(
      one('effectiveTime', 'hl7:Value'),
      optional('accessEventType', 'hl7:Value'),
      one('id', 'hl7:Id'),
      one('author', 'hl7:Author'),
      one('queryByParameter', holding(one('person.NHSnumber', holding(one('value', 'hl7:Id'))))),
    ),
  ),
  named('QueryStub', holding(one('cP-ISNHSQuery', 'hl7:Query'))),
  named('Total', holding(one('value', 'hl7:Value'))),
  named(
    'Record',
    holding(
      one('communicationFunctionSnd', holding(one('organisation', 'hl7:Organisation'))),
      one(
        'CP-ISRecord',
        holding(some('pertinentInformation15', 'hl7:Plan', 3), some('subject', 'hl7:Subject', 2)),
      ),
    ),
  ),
  named(
    'Plan',
    holding(
      declared('npfitlc:contentId'),
      either(
        ...PLAN_TYPES.map(type =>
          one(
            RESPONSE_PLANS[type].element,
            holding(
              optional('component', holding(one(`${PLAN_DATE_PREFIX[type]}StartDate`, 'hl7:Date'))),
              optional('component1', holding(one(`${PLAN_DATE_PREFIX[type]}EndDate`, 'hl7:Date'))),
            ),
          ),
        ),
      ),
    ),
  ),
  named('Date', holding(one('value', 'hl7:Value'))),
  named(
    'Subject',
    holding(
      declared('npfitlc:contentId'),
      either(
        one(CHILD.element, holding(many('id', 'hl7:Id'), one('childPerson', holding(...person())))),
        one(
          UNBORN_CHILD.element,
          holding(
            one(
              'parentMotherPerson',
              holding(...person(), one('playedMother', holding(many('id', 'hl7:Id')))),
            ),
          ),
        ),
      ),
    ),
  ),
]

function person(): XmlNode[] {
  return [optional('birthTime', 'hl7:Value'), optional('name', 'hl7:PersonName')]
}

/** An answer: when it was made and its id, then its totals, the accesses and the records. */
export function answerType(...afterId: XmlNode[]): XmlNode {
  const total = (name: string) => holding(one(name, 'hl7:Total'))
  return holding(
    one('effectiveTime', 'hl7:Value'),
    one('id', 'hl7:Id'),
    ...afterId,
    one('pertinentInformation11', total('pertinentTotalReturnedAccessRecords')),
    one('pertinentInformation12', total('pertinentTotalReturnedChildRecords')),
    many('pertinentInformation13', holding(one('pertinentCP-ISNHSQuery', 'hl7:Query'))),
    many(
      'pertinentInformation14',
      holding(one('pertinentCP-ISRecordControlAct', holding(some('record', 'hl7:Record')))),
    ),
  )
}

/** The element that says which template follows: the one thing of its namespace. */
export const CONTENT_ID_SCHEMA = schema(
  NPFIT,
  [],
  one('contentId', holding(needed('root'), needed('extension'))),
)
