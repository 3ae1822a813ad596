import { v7 as newId } from 'uuid'
import { type MeshClient, MeshError, meshClient } from '../../src/client/index.ts'
import type { NotifiedAccess } from '../../src/domain/notification/access-notification.ts'
import { addAuthority } from '../../src/flows/registration/manage-exchange.ts'
import { readAccessNotification } from '../../src/formats/hl7v3/read-access-notification.ts'
import {
  readWholeAcknowledgement,
  type WholeAcknowledgement,
} from '../../src/formats/hl7v3/read-acknowledgement.ts'
import type { Service } from '../../src/main/start-service.ts'
import type { SandboxAuthority } from '../../src/sandbox/authorities.ts'
import { sandboxMailbox } from '../../src/sandbox/sandbox.ts'
import { expectValue } from './expect-value.ts'
import { until } from './until.ts'

/** Asked again, as a mailbox client does, where the service says that it cannot work at the moment. */
const patient =
  <T>(work: () => Promise<T>) =>
  () =>
    work().catch((error: unknown) => {
      if (error instanceof MeshError && error.status === 503) return undefined
      throw error
    })

const ACKNOWLEDGED_WITHIN_MS = 100_000

/** A local authority at work: all it does goes through its mailbox. */
export interface AuthorityDesk {
  readonly mesh: MeshClient
  /** Sends a file and waits for its acknowledgement. */
  upload(file: Uint8Array, options?: { gzip?: boolean }): Promise<WholeAcknowledgement>
  /** Waits for the acknowledgement of a file that is sent in another way. */
  acknowledged(send: () => Promise<unknown>): Promise<WholeAcknowledgement>
  /** Waits until at least so many accesses were told, and takes them from the mailbox. */
  notifications(count: number): Promise<NotifiedAccess[]>
  /** Takes everything that waits, whatever it is, and says how much it was. */
  empty(): Promise<number>
}

/** Takes an authority on, as an operator does, and opens its notifications page; it is live at once unless told otherwise. */
export async function openDesk(
  service: Service,
  authority: SandboxAuthority,
  { live = true } = {},
): Promise<AuthorityDesk> {
  const { config, store, baseUrl } = service
  const mailbox = sandboxMailbox(authority)
  const clock = { now: () => new Date() }
  const { odsCode, name } = authority
  await addAuthority(
    { storage: store.storage, clock, newId, mesh: config.mesh },
    { odsCode, name, mailbox, live },
  )
  const mesh = meshClient({
    baseUrl,
    mailboxId: mailbox.id,
    password: mailbox.password,
    sharedKey: config.mesh.sharedKey,
  })
  const waiting = async (workflowFilter: string) => {
    for await (const id of mesh.inbox({ workflowFilter })) return id
    return undefined
  }
  const take = async <T>(id: string, read: (content: AsyncIterable<Uint8Array>) => Promise<T>) => {
    const { content } = await mesh.download(id)
    const taken = await read(content)
    await mesh.acknowledge(id)
    return taken
  }
  const acknowledged = async (send: () => Promise<unknown>) => {
    await send()
    const id = await until(
      patient(() => waiting(config.mesh.acknowledgementWorkflow)),
      ACKNOWLEDGED_WITHIN_MS,
    )
    return expectValue(await until(patient(() => take(id, readWholeAcknowledgement))))
  }
  return {
    mesh,
    upload: (file, options = {}) =>
      acknowledged(() =>
        mesh.send(file, { to: config.mesh.cpisMailbox, workflowId: config.mesh.uploadWorkflow, ...options }),
      ),
    acknowledged,
    notifications: async count => {
      const told: NotifiedAccess[] = []
      while (told.length < count) {
        const id = await until(() => waiting(config.mesh.notificationWorkflow))
        told.push(...expectValue(await take(id, readAccessNotification)).notifications)
      }
      return told
    },
    empty: async () => {
      let taken = 0
      for await (const id of mesh.inbox()) {
        await mesh.acknowledge(id)
        taken++
      }
      return taken
    },
  }
}
