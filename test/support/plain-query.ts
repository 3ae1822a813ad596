import type { Author, JobRole, PersonName } from '../../src/domain/query/requester.ts'
import { ASSIGNED_AUTHOR, OID, SYSTEM, type Template } from '../../src/formats/hl7v3/codes.ts'
import { writeTimestamp } from '../../src/formats/hl7v3/time.ts'
import {
  INTERACTION_KEY,
  ITK_INTERACTIONS,
  ITK_WSA,
  SERVICE as MINI_SERVICE,
  ODS_IDENTITY,
  PROFILES,
} from '../../src/formats/itk/codes.ts'
import { actionOf, WSA } from '../../src/formats/soap/codes.ts'
import type { Service } from '../../src/main/start-service.ts'
import type { Plain, PlainQuery } from './soap-toolkits.ts'

/** A query as the objects that a toolkit makes messages of. */
interface Asked {
  readonly author: Author
  readonly nhsNumber: string
  readonly newId: () => string
}

const FROM = { Address: 'https://ward.example/answers' }

/** A question of Spine messaging. */
export function plainSpineQuery(
  { baseUrl, config }: Pick<Service, 'baseUrl' | 'config'>,
  asid: string,
  asked: Asked,
): PlainQuery {
  const interaction = 'QUPC_IN000006GB01'
  const id = asked.newId().toUpperCase()
  const device = (extension: string) => ({ id: { root: OID.asid, extension } })
  const systems = {
    communicationFunctionRcv: { device: device(config.spineAsid ?? '') },
    communicationFunctionSnd: { device: device(asid) },
  }
  return {
    wsdl: `${baseUrl}/sync-service?wsdl`,
    operation: interaction,
    addressing: WSA,
    header: {
      MessageID: `uuid:${id}`,
      Action: actionOf(interaction),
      To: `${baseUrl}/sync-service`,
      From: FROM,
      ...systems,
      ReplyTo: FROM,
    },
    body: {
      id: { root: id },
      creationTime: { value: writeTimestamp(new Date()) },
      versionCode: { code: 'v3INF_DMSv5.7:FIN' },
      interactionId: { root: OID.interaction, extension: interaction },
      processingCode: { code: 'P' },
      processingModeCode: { code: 'T' },
      acceptAckCode: { code: 'NE' },
      ...systems,
      ControlActEvent: {
        author1: { AgentSystemSDS: { agentSystemSDS: device(asid) } },
        subject: { 'CP-ISQueryStub': queryStub(asked) },
      },
    },
  }
}

/** A question of the mini service, for an organisation; without one, it says nothing of who asks. */
export function plainMiniServiceQuery(
  { baseUrl }: Pick<Service, 'baseUrl'>,
  odsCode: string | undefined,
  asked: Asked,
): PlainQuery {
  const address = `${baseUrl}/smsp/cpis`
  const id = `uuid_${asked.newId().toUpperCase()}`
  return {
    wsdl: `${address}?wsdl`,
    operation: 'sendRecvDistEnvelope',
    addressing: ITK_WSA,
    header: { MessageID: asked.newId().toUpperCase(), Action: MINI_SERVICE, To: address, From: FROM },
    body: {
      header: {
        service: MINI_SERVICE,
        trackingid: asked.newId().toUpperCase(),
        ...(odsCode !== undefined && { auditIdentity: { id: [{ uri: ODS_IDENTITY + odsCode }] } }),
        manifest: {
          count: '1',
          manifestitem: [{ id, mimetype: 'text/xml', profileid: PROFILES.query }],
        },
        handlingSpecification: { spec: [{ key: INTERACTION_KEY, value: ITK_INTERACTIONS.query }] },
      },
      payloads: { count: '1', payload: [{ id, 'CP-ISQueryStub': queryStub(asked) }] },
    },
  }
}

function queryStub({ author, nhsNumber, newId }: Asked): Plain {
  return {
    'cP-ISNHSQuery': {
      effectiveTime: { value: writeTimestamp(new Date()) },
      id: { root: newId().toUpperCase() },
      author: plainAuthor(author),
      queryByParameter: { 'person.NHSnumber': { value: { extension: nhsNumber } } },
    },
  }
}

function plainAuthor(author: Author): Plain {
  const { odsCode, name } = author.organisation
  const organisation = { id: { root: OID.odsOrganisation, extension: odsCode }, name }
  const inTemplate = ({ contentId, element }: Template, content: Plain): Plain => ({
    contentId: { root: OID.contentId, extension: contentId },
    [element]: content,
  })
  return author.kind === 'person'
    ? inTemplate(ASSIGNED_AUTHOR, {
        code: plainRole(author.jobRole),
        id: [{ root: OID.sdsUser, extension: author.userId }],
        assignedAuthorPerson: { name: plainName(author.name) },
        representedOrganization: organisation,
      })
    : inTemplate(SYSTEM, {
        id: { root: OID.asid, extension: author.asid },
        indirectAuthority: author.responsible.map(({ jobRole, name }) => ({
          superiorAssignedEntity: { code: plainRole(jobRole), assignedPerson: { name: plainName(name) } },
        })),
        maintainingOrganization: organisation,
      })
}

function plainRole({ code, display }: JobRole): Plain {
  return { code, codeSystem: OID.jobRole, displayName: display }
}

function plainName({ prefix, given, family }: PersonName): Plain {
  return { ...(prefix !== undefined && { prefix }), given: [...given], family }
}
