import { type Result, success } from '../../domain/result.ts'
import { attributeOf, childrenOf, descend, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlAttributes, type XmlContent, type XmlNode } from '../xml/xml-writer.ts'
import { HL7, type Interaction, NPFIT, OID, VERSION_CODES } from './codes.ts'
import { valued } from './message.ts'
import { incomplete, type MessageFault } from './message-fault.ts'
import { parseTimestamp, writeTimestamp } from './time.ts'

/** What stands around every message of a query: its id, its time, and the two systems by their ASIDs (TMS infrastructure). */
export interface Transmission {
  /** A UUID of its own. */
  readonly id: string
  readonly createdAt: Date
  /** The version the message is made to; the published one, where nothing is said. */
  readonly versionCode?: string
  readonly receiverAsid: string
  readonly senderAsid: string
}

/** What a message answers, and how: accepted (AA), in error (AE) or rejected (AR). */
export interface Acknowledged {
  readonly outcome: AcknowledgementOutcome
  /** The id of the message that is answered. */
  readonly requestId: string
}

export const ACKNOWLEDGEMENT_OUTCOMES = ['AA', 'AE', 'AR'] as const
export type AcknowledgementOutcome = (typeof ACKNOWLEDGEMENT_OUTCOMES)[number]

/** Wraps the content of a control act: production, current processing, no accept acknowledgement, sent by its own author. */
export function writeTransmission(
  interaction: Interaction,
  transmission: Transmission,
  acknowledged: Acknowledged | undefined,
  ...content: XmlContent[]
): XmlNode {
  const { id, createdAt, versionCode, receiverAsid, senderAsid } = transmission
  return element(
    interaction,
    { xmlns: HL7, 'xmlns:npfitlc': NPFIT },
    element('id', { root: id.toUpperCase() }),
    valued('creationTime', writeTimestamp(createdAt)),
    element('versionCode', { code: versionCode ?? VERSION_CODES[interaction] }),
    element('interactionId', { root: OID.interaction, extension: interaction }),
    element('processingCode', { code: 'P' }),
    element('processingModeCode', { code: 'T' }),
    element('acceptAckCode', { code: 'NE' }),
    acknowledged && writeAcknowledged(acknowledged),
    ...writeSystems({ receiverAsid, senderAsid }),
    element(
      'ControlActEvent',
      { classCode: 'CACT', moodCode: 'EVN' },
      element(
        'author1',
        { typeCode: 'AUT' },
        element('AgentSystemSDS', { classCode: 'AGNT' }, writeDevice('agentSystemSDS', senderAsid)),
      ),
      ...content,
    ),
  )
}

/** The two systems of a message: in its wrapper, and in the header of an envelope around it, which needs the namespace. */
export function writeSystems(
  { receiverAsid, senderAsid }: Pick<Transmission, 'receiverAsid' | 'senderAsid'>,
  attributes: XmlAttributes = {},
): XmlNode[] {
  return [
    element(
      'communicationFunctionRcv',
      { ...attributes, typeCode: 'RCV' },
      writeDevice('device', receiverAsid),
    ),
    element(
      'communicationFunctionSnd',
      { ...attributes, typeCode: 'SND' },
      writeDevice('device', senderAsid),
    ),
  ]
}

function writeAcknowledged({ outcome, requestId }: Acknowledged): XmlNode {
  return element(
    'acknowledgement',
    { typeCode: outcome },
    element('messageRef', {}, element('id', { root: requestId.toUpperCase() })),
  )
}

function writeDevice(name: string, asid: string): XmlNode {
  return element(
    name,
    { classCode: 'DEV', determinerCode: 'INSTANCE' },
    element('id', { root: OID.asid, extension: asid }),
  )
}

/** Reads what stands around an answer, or what is missing of it. */
export function readTransmission(root: XmlElement): Result<Transmission, MessageFault> {
  const id = readUuid(root)
  const createdAt = parseTimestamp(attributeOf(descend(root, 'creationTime'), 'value') ?? '')
  const versionCode = attributeOf(descend(root, 'versionCode'), 'code')
  const receiverAsid = readSystem(root, 'communicationFunctionRcv')
  const senderAsid = readSystem(root, 'communicationFunctionSnd')
  if (id === undefined) return incomplete('id', root)
  if (!createdAt) return incomplete('creationTime', root)
  if (receiverAsid === undefined) return incomplete('communicationFunctionRcv', root)
  if (senderAsid === undefined) return incomplete('communicationFunctionSnd', root)
  return success({
    id,
    createdAt,
    ...(versionCode !== undefined && { versionCode }),
    receiverAsid,
    senderAsid,
  })
}

/** The UUID of an `id` in capitals; undefined where it is missing or none. */
export function readUuid(parent: XmlElement | undefined): string | undefined {
  const root = attributeOf(descend(parent, 'id'), 'root')?.toUpperCase()
  return root !== undefined && /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/.test(root) ? root : undefined
}

/** The system a message comes from or goes to; undefined where there is not exactly one, or it has no ASID of twelve digits. */
export function readSystem(
  message: XmlElement,
  direction: 'communicationFunctionRcv' | 'communicationFunctionSnd',
): string | undefined {
  return onlyAsid(childrenOf(message, direction).flatMap(one => childrenOf(one, 'device')))
}

/** The system that made a control act; undefined under the same conditions. */
export function readAuthoringSystem(controlAct: XmlElement): string | undefined {
  const agents = childrenOf(controlAct, 'author1').map(author => descend(author, 'AgentSystemSDS'))
  return agents.length === 1 ? onlyAsid(childrenOf(agents[0], 'agentSystemSDS')) : undefined
}

function onlyAsid(devices: readonly XmlElement[]): string | undefined {
  const ids = devices.flatMap(device => childrenOf(device, 'id'))
  const [id] = ids
  const asid = attributeOf(id, 'extension')
  return ids.length === 1 &&
    attributeOf(id, 'root') === OID.asid &&
    asid !== undefined &&
    /^\d{12}$/.test(asid)
    ? asid
    : undefined
}
