import type { FastifyRequest } from 'fastify'
import type { MailboxId } from '../../domain/organisation.ts'
import type { LookUpCaller } from '../../flows/mailbox/look-up-endpoints.ts'
import type { Clock, NewId, Storage } from '../../flows/ports.ts'

export interface MeshApiDeps {
  readonly storage: Storage
  /** The key of every token's hash, shared by all mailboxes. */
  readonly sharedKey: string
  readonly cpisMailbox: MailboxId
  readonly uploadWorkflow: string
  readonly clock: Clock
  readonly newId: NewId
  /** More is refused in one request, and nothing of it kept. */
  readonly maxRequestBytes: number
  /**
   * Who may look mailboxes up without a token: whoever has shown a certificate that was checked, and anybody in the sandbox; undefined for
   * all others (rule 7.10).
   */
  readonly mayLookUp: (request: FastifyRequest) => LookUpCaller | undefined
  /** Told to those who ask whether the service runs. */
  readonly environment: string
  /** Told of every failure whose details the caller is not shown. An error may quote data: not for the log as it stands. */
  readonly reportFailure: (error: unknown, action: string) => void
}
