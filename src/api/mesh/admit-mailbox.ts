import type { FastifyRequest } from 'fastify'
import type { Mailbox } from '../../domain/mailbox/mesh-message.ts'
import { parseMailboxId } from '../../domain/organisation.ts'
import { failure, type Result } from '../../domain/result.ts'
import {
  type AuthenticateMailboxDeps,
  authenticateMailbox,
} from '../../flows/mailbox/authenticate-mailbox.ts'
import { readAccept } from '../../formats/mesh/api-version.ts'
import type { MeshFault } from '../../formats/mesh/mesh-fault.ts'
import { readToken } from '../../formats/mesh/token.ts'
import type { Exchange } from './exchange.ts'

/** Which form of answer the caller wants, and then which mailbox calls, before anything else of the request is read. */
export async function admitMailbox(
  deps: AuthenticateMailboxDeps,
  request: FastifyRequest,
  exchange: Exchange,
): Promise<Result<Mailbox, MeshFault>> {
  const version = readAccept(request.headers.accept)
  if (!version.ok) return version
  const token = readToken(request.headers.authorization)
  if (!token.ok) return token
  exchange.claimedMailbox = parseMailboxId(token.value.mailbox) ?? 'unreadable'
  const { mailbox: addressed } = request.params as { mailbox?: string }
  const id = addressed === undefined ? undefined : parseMailboxId(addressed)
  if (addressed !== undefined && !id) return failure('other-mailbox')
  const opened = await authenticateMailbox(deps, token.value, id)
  if (opened.ok) exchange.mailbox = opened.value.id
  return opened
}
