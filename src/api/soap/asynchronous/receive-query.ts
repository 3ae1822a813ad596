import { createHash } from 'node:crypto'
import type { ClientSystem } from '../../../domain/registration/client-system.ts'
import { failure, type Result, success } from '../../../domain/result.ts'
import { checkHeader } from '../../../formats/ebxml/check-header.ts'
import type { EbxmlHeader } from '../../../formats/ebxml/ebxml-header.ts'
import { type HeaderFault, headerFault } from '../../../formats/ebxml/header-faults.ts'
import { readEbxmlMessage } from '../../../formats/ebxml/read-message.ts'
import { INTERACTIONS } from '../../../formats/hl7v3/codes.ts'
import { readUuid } from '../../../formats/hl7v3/transmission.ts'
import { SERVICE } from '../../../formats/soap/codes.ts'
import { QUERY_LIMITS } from '../../../formats/soap/read-envelope.ts'
import type { SoapFault } from '../../../formats/soap/soap-fault.ts'
import { readTree } from '../../../formats/xml/read-tree.ts'
import type { XmlElement } from '../../../formats/xml/xml-element.ts'
import { admitQuery } from '../common/admit-query.ts'
import { disbelief } from '../common/client-certificate.ts'
import { refusalReason } from '../common/query-refusal.ts'
import type { Exchange } from '../common/spine-exchange.ts'
import type { AsynchronousApiDeps } from './api-deps.ts'
import { type ContractedSystem, writeAsyncAnswer } from './write-async-answer.ts'

export type Received =
  /** Its answer is kept. Under a reliable contract that is acknowledged. */
  | { readonly kind: 'received'; readonly header: EbxmlHeader; readonly acknowledged: boolean }
  | {
      readonly kind: 'refused'
      readonly header: EbxmlHeader
      readonly faults: readonly [HeaderFault, ...HeaderFault[]]
    }

/**
 * Deals with one message up to the point where its answer is kept (rule 13.1). What is wrong with its header is told at once; what
 * is wrong with the query in it is an answer like any other. That the service could not look is thrown.
 */
export async function receiveQuery(
  deps: AsynchronousApiDeps,
  exchange: Exchange,
  request: { readonly contentType: string | undefined; readonly bytes: Uint8Array },
): Promise<Result<Received, SoapFault>> {
  const read = await readEbxmlMessage(request.contentType, request.bytes)
  if (!read.ok) return read
  const { header, payload } = read.value
  exchange.traceId = header.messageId
  const refused = (...faults: readonly [HeaderFault, ...HeaderFault[]]) => {
    exchange.reason = faults.map(({ name }) => name).join(' ')
    return success<Received>({ kind: 'refused', header, faults })
  }
  const found = await deps.findByContract(header.cpaId)
  if (found) exchange.system = found.asid
  // To somebody else there is no such contract: nothing is posted to the system, and no message id of its own taken.
  const doubt = found && disbelief(found, exchange.shown)
  const system = doubt ? undefined : found
  const [fault, ...faults] = faultsOf(deps, header, system)
  if (fault) {
    const told = refused(fault, ...faults)
    if (doubt) exchange.reason = doubt
    return told
  }
  if (!isContracted(system) || !payload)
    throw new Error('A header without a fault has a contract and a payload')
  const message = await readTree(payload, QUERY_LIMITS)
  if (!message.ok) return refused(headerFault('PAYLOAD_NOT_WELL_FORMED'))
  const kept = await keepAnswer(deps, exchange, { system, header, payload, message: message.value })
  if (kept === 'not-the-same') return refused(headerFault('MESSAGE_ID_OF_ANOTHER_MESSAGE'))
  return success({ kind: 'received', header, acknowledged: system.contract.reliability === 'reliable' })
}

function faultsOf(
  deps: AsynchronousApiDeps,
  header: EbxmlHeader,
  system: ClientSystem | undefined,
): readonly HeaderFault[] {
  const contract = system?.contract && { ...system.contract, partyKey: system.partyKey }
  const { ownPartyKey } = deps
  const expected = { service: SERVICE, action: INTERACTIONS.query, ownPartyKey, now: deps.now(), contract }
  const faults = checkHeader(header, expected)
  return faults.length > 0 || system?.exchanges.includes('asynchronous')
    ? faults
    : [headerFault('CONTRACT_NOT_FOUND')]
}

function isContracted(system: ClientSystem | undefined): system is ContractedSystem {
  return system?.contract !== undefined
}

async function keepAnswer(
  deps: AsynchronousApiDeps,
  exchange: Exchange,
  question: {
    readonly system: ContractedSystem
    readonly header: EbxmlHeader
    readonly payload: Uint8Array
    readonly message: XmlElement
  },
): Promise<'received' | 'not-the-same'> {
  const { system, header, payload, message } = question
  const { messageId } = header
  const admitted = admitQuery(deps, exchange, system, message)
  if (!admitted.ok) exchange.reason = refusalReason(admitted.fault)
  const requestId = readUuid(message) ?? messageId
  const kept = await deps.answerLater({
    system,
    messageId,
    digest: createHash('sha256').update(payload).digest('hex'),
    query: admitted.ok
      ? success({
          ...admitted.value,
          via: 'spine',
          system: system.asid,
          action: exchange.action,
          traceId: messageId,
        })
      : failure(admitted.fault),
    write: answered => writeAsyncAnswer(deps, { system, header, requestId }, answered),
  })
  if (kept.kind === 'not-the-same') return 'not-the-same'
  exchange.audited = kept.kind === 'repeated' || kept.audited
  return 'received'
}
