import type { XmlElement } from '../xml/xml-element.ts'
import { HL7, NPFIT } from './codes.ts'

/**
 * The published structure of every message (in one file, and so a long one), for the tests of what is written: which elements, how often and in which order,
 * with which attributes and no others. So whatever the model fixes and a message must not say is a fault here too. Written from
 * the message models and templates of the domain message specification; one line an element, its children indented:
 *
 *   name                exactly once (`?` at most once, `*` any number, `+` at least once, `{a,b}` from a to b)
 *   | name              one of the lines that begin so, once
 *   name attribute=X    X word for word, or of the kind of value `:kind`; `attribute?=` may be missing
 *   name "              text, and no elements
 *   ...name             what stands under that heading
 */
const SHAPES = `
contact
  id root=2.16.840.1.113883.2.1.3.2.4.19.1 extension=:ods
  name "
  telecom{1,2} use=:use value=:tel
organisation
  id root=2.16.840.1.113883.2.1.3.2.4.19.1 extension=:ods
  name "
contentId
  contentId root=2.16.840.1.113883.2.1.3.2.4.18.16 extension=:any
person
  birthTime value=:time
  name
    given "
    family "
personIds
  id root=2.16.840.1.113883.2.1.4.1 extension=:nhs
  id? root=2.16.840.1.113883.2.1.3.2.4.18.24 extension=:any assigningAuthorityName?=:any
subject
  ...contentId
  | COCT_TP145101GB01.Child
    ...personIds
    childPerson
      ...person
  | COCT_TP145100GB01.UnbornChild
    parentMotherPerson
      ...person
      playedMother
        ...personIds
uploadPlan
  ...contentId
  | COCT_TP146101GB01.CPPInformation
    component
      cPPStartDate
        value value=:plan
    component1?
      cPPEndDate
        value value=:plan
    component2?
      cPPDeleteDate
        value value=:plan
  | COCT_TP146100GB01.LACInformation
    component
      lACStartDate
        value value=:plan
    component1?
      lACEndDate
        value value=:plan
    component2?
      lACDeleteDate
        value value=:plan
  | COCT_TP146102GB01.UCPInformation
    component
      uCPStartDate
        value value=:plan
    component1
      uCPEndDate
        value value=:plan
    component2?
      uCPDeleteDate
        value value=:plan
responsePlan
  ...contentId
  | COCT_TP146105GB01.CPPInformation
    component
      cPPStartDate
        value value=:plan
    component1?
      cPPEndDate
        value value=:plan
  | COCT_TP146103GB01.LACInformation
    component
      lACStartDate
        value value=:plan
    component1?
      lACEndDate
        value value=:plan
  | COCT_TP146104GB01.UCPInformation
    component
      uCPStartDate
        value value=:plan
    component1
      uCPEndDate
        value value=:plan
personName
  name
    prefix? "
    given* "
    family "
    suffix? "
author
  ...contentId
  | COCT_TP145102GB01.AssignedAuthor
    code code=:any codeSystem=2.16.840.1.113883.2.1.3.2.4.17.196 displayName=:any
    id root=1.2.826.0.1285.0.2.0.65 extension=:any
    id? root=1.2.826.0.1285.0.2.0.67 extension=:any
    assignedAuthorPerson
      ...personName
    representedOrganization
      ...organisation
  | COCT_TP145104GB01.System
    id root=1.2.826.0.1285.0.2.0.107 extension=:asid
    indirectAuthority*
      superiorAssignedEntity
        code code=:any codeSystem=2.16.840.1.113883.2.1.3.2.4.17.196 displayName=:any
        assignedPerson
          ...personName
    maintainingOrganization
      ...organisation
recipient
  ...contentId
  COCT_TP145103GB01.IntendedRecipient
    representedSourceOrganization
      ...organisation
query
  effectiveTime value=:instant
  accessEventType? value=false
  id root=:uuid
  author
    ...author
  queryByParameter
    person.NHSnumber
      value extension=:nhs
header
  id root=:uuid
  creationTime value=:instant
  versionCode code=:any
  interactionId root=2.16.840.1.113883.2.1.3.2.4.12 extension=:root
  processingCode code=P
  processingModeCode code=T
  acceptAckCode code=NE
systems
  communicationFunctionRcv typeCode=RCV
    device classCode=DEV determinerCode=INSTANCE
      id root=1.2.826.0.1285.0.2.0.107 extension=:asid
  communicationFunctionSnd typeCode=SND
    device classCode=DEV determinerCode=INSTANCE
      id root=1.2.826.0.1285.0.2.0.107 extension=:asid
acknowledged
  acknowledgement typeCode=:outcome
    messageRef
      id root=:uuid
author1
  author1 typeCode=AUT
    AgentSystemSDS classCode=AGNT
      agentSystemSDS classCode=DEV determinerCode=INSTANCE
        id root=1.2.826.0.1285.0.2.0.107 extension=:asid
reason
  reason* typeCode=RSON
    justifyingDetectedIssueEvent classCode=ALRT moodCode=EVN
      code code=:any codeSystem=:any displayName=:any
        qualifier code=:severity

File
  creationTime value=:instant
  id extension=:count
  transmissionQuantity value=:count
  communicationFunctionSnd
    organisation
      ...contact
  record+
    CP-ISRecord
      pertinentInformation{1,3}
        ...uploadPlan
      subject{1,2}
        ...subject
FileResponse
  creationTime value=:instant
  id extension=:number
  transmissionQuantity value=:number
  acknowledgementFile
    acknowledgementFileDetail+
      code code=:fileCode displayName=:any
        originalText? "
  acknowledgementRecord?
    acknowledgementRecordDetail+
      code code=:recordCode codeSystem=2.16.840.1.113883.2.1.3.2.4.17.473 displayName=:any
        originalText? "
      location "
  communicationFunctionRcv
    organisation
      ...contact
  failedReturnedCP-ISRecords
    value value=:count
  message*
    cP-ISLAAcknowledgementResponse
      pertinentInformation1
        | validCP-ISRecord
          subject{1,2}
            ...subject
        | invalidCP-ISRecord
          pertinentInformation{1,3}
            ...uploadPlan
          subject{1,2}
            ...subject
  successfulReturnedCP-ISRecords
    value value=:count
QUPC_IN000006GB01
  ...header
  ...systems
  ControlActEvent classCode=CACT moodCode=EVN
    ...author1
    subject typeCode=SUBJ
      CP-ISQueryStub
        cP-ISNHSQuery
          ...query
REPC_IN000007GB01
  ...header
  ...systems
  ControlActEvent classCode=CACT moodCode=EVN
    ...author1
    subject typeCode=SUBJ
      CP-ISNHSQueryResponse
        effectiveTime value=:instant
        id root=:uuid
        pertinentInformation11
          pertinentTotalReturnedAccessRecords
            value value=:count
        pertinentInformation12
          pertinentTotalReturnedChildRecords
            value value=:count
        pertinentInformation13*
          pertinentCP-ISNHSQuery
            ...query
        pertinentInformation14+
          pertinentCP-ISRecordControlAct
            record+
              communicationFunctionSnd
                organisation
                  ...contact
              CP-ISRecord
                pertinentInformation15{1,3}
                  ...responsePlan
                subject{1,2}
                  ...subject
    queryAck type=QueryAck
      queryResponseCode code=OK
QUQI_IN010000UK14
  ...header
  ...acknowledged
  ...systems
  ControlActEvent classCode=CACT moodCode=EVN
    ...author1
    ...reason
    queryAck type=QueryAck
      queryResponseCode code=ID
MCCI_IN010000UK13
  ...header
  ...acknowledged
  ...systems
  ControlActEvent classCode=CACT moodCode=EVN
    ...author1
    ...reason
CP-ISAccessToServiceNotification
  effectiveTime value=:instant
  id root=:uuid
  pertinentInformation
    pertinentTotalReturnedRecords
      value value=:count
  pertinentInformation1*
    pertinentCP-ISRecordAccess
      pertinentInformation2+
        pertinentCP-ISNHSQuery
          effectiveTime value=:instant
          id root=:uuid
          author
            ...author
          queryByParameter
            person.id
              value root=2.16.840.1.113883.2.1.4.1 extension=:nhs
              value? root=2.16.840.1.113883.2.1.3.2.4.18.24 extension=:any assigningAuthorityName?=:any
      reference
        referredToLAUploadFile
          value extension=:count
  primaryInformationRecipient
    ...recipient
CP-ISInactiveNHSNumberNotification
  effectiveTime value=:instant
  id root=:uuid
  primaryInformationRecipient
    ...recipient
  subject+
    pDSInactivePatient
      ...personIds
      replacedBy?
        newVersion
          id+ extension=:nhs
      subjectOf
        lAUploadFile
          value extension=:count
`

const KINDS: Readonly<Record<string, RegExp>> = {
  any: /\S/,
  asid: /^\d{12}$/,
  count: /^\d+$/,
  number: /^-?\d+$/,
  fileCode: /^CPF0[1-6]$/,
  recordCode: /^CPR0[1-7]$/,
  instant: /^(19|20)\d{12}[+-]\d{4}$/,
  time: /^(19|20)\d{6}(\d{2}){0,3}$/,
  plan: /^(19|20)\d{10}$/,
  nhs: /^\d{10}$/,
  ods: /^[A-Z0-9]{2,12}$/,
  outcome: /^A[AER]$/,
  root: /^[A-Z]{4}_IN[0-9]{6}[A-Z]{2}[0-9]{2}$/,
  severity: /^(ER|WG|IF)$/,
  tel: /^tel:\+?\d+$/,
  use: /^(EC|WP)$/,
  uuid: /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/,
}

interface Shape {
  readonly name: string
  /** How often, as a regular expression has it. */
  readonly times: string
  readonly oneOf: boolean
  readonly hasText: boolean
  /** The pattern of each attribute that may stand there. */
  readonly attributes: ReadonlyMap<string, { readonly optional: boolean; readonly value: RegExp }>
  readonly children: Shape[]
}

const LINE = /^(\s*)(\| )?([^\s?*+{"]+)([?*+]|\{\d,\d\})?(.*)$/

function shapes(): ReadonlyMap<string, Shape> {
  const roots = new Map<string, Shape>()
  const path: { indent: number; children: Shape[] }[] = []
  for (const line of SHAPES.split('\n').filter(Boolean)) {
    const [, space = '', bar, name = '', times = '', rest = ''] = LINE.exec(line) ?? []
    while ((path.at(-1)?.indent ?? -1) >= space.length) path.pop()
    const siblings = path.at(-1)?.children
    if (name.startsWith('...')) {
      siblings?.push(...(roots.get(name.slice(3))?.children ?? []))
      continue
    }
    const attributes = new Map(
      [...rest.matchAll(/(\S+?)(\??)=(\S+)/g)].map(([, name = '', optional, value = '']) => [
        name,
        {
          optional: optional === '?',
          value: KINDS[value.slice(1)] ?? new RegExp(`^${literally(value)}$`),
        },
      ]),
    )
    const shape: Shape = {
      name,
      times,
      oneOf: bar !== undefined,
      hasText: /"/.test(rest),
      attributes,
      children: [],
    }
    if (siblings) siblings.push(shape)
    else roots.set(name, shape)
    path.push({ indent: space.length, children: shape.children })
  }
  return roots
}

const PUBLISHED = shapes()

/** Where a message is not as published; empty where it is. Paths name elements, and what is wrong of each. */
export function unlikePublished(root: XmlElement): readonly string[] {
  const shape = PUBLISHED.get(root.name)
  return shape ? faultsOf(root, shape, root.name) : [`${root.name}: no message`]
}

function faultsOf(element: XmlElement, shape: Shape, path: string): readonly string[] {
  const faults: string[] = []
  if (element.namespace !== (shape.name === 'contentId' ? NPFIT : HL7)) faults.push(`${path}: namespace`)
  for (const [name, { optional, value }] of shape.attributes) {
    const found = element.attributes.get(name)
    if (found === undefined ? !optional : !value.test(found)) faults.push(`${path}: ${name}="${found}"`)
  }
  for (const name of element.attributes.keys()) {
    if (!shape.attributes.has(name)) faults.push(`${path}: unpublished ${name}`)
  }
  if ((element.text.trim() !== '') !== shape.hasText) faults.push(`${path}: text`)
  const names = element.children.map(({ name }) => `${name};`).join('')
  if (!new RegExp(`^${pattern(shape.children)}$`).test(names)) faults.push(`${path}: holds ${names}`)
  return [
    ...faults,
    ...element.children.flatMap((child, index) => faultsOfChild(element, shape, path, child, index)),
  ]
}

/** An element that two lines describe, as the ids of a person, is like the line of its place among those of its name. */
function faultsOfChild(parent: XmlElement, shape: Shape, path: string, child: XmlElement, index: number) {
  const alike = shape.children.filter(({ name }) => name === child.name)
  const place = parent.children.slice(0, index).filter(({ name }) => name === child.name).length
  const like = alike[Math.min(place, alike.length - 1)]
  if (!like) return []
  const inner = `${path}/${child.name}`
  const named = parent.children[index + 1]?.name.replace('.', '#')
  const wrongTemplate = child.name === 'contentId' && child.attributes.get('extension') !== named
  return [...(wrongTemplate ? [`${inner}: extension`] : []), ...faultsOf(child, like, inner)]
}

function pattern(children: readonly Shape[]): string {
  const one = ({ name, times }: Shape) => `(?:${literally(name)};)${times}`
  const choice = children.filter(({ oneOf }) => oneOf)
  const first = choice[0]
  return children
    .map(child => {
      if (!child.oneOf) return one(child)
      return child === first ? `(?:${choice.map(one).join('|')})` : ''
    })
    .join('')
}

/** Names and identifiers hold nothing else that a pattern would understand. */
function literally(text: string): string {
  return text.replaceAll('.', '\\.')
}
