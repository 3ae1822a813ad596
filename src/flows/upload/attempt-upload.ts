import { StorageUnavailable } from '../storage-unavailable.ts'
import { type ReceiveUploadDeps, receiveUpload } from './receive-upload.ts'
import type { SetAsideReason } from './upload-attempt-ports.ts'

export interface AttemptUploadDeps extends ReceiveUploadDeps {
  /** An upload that was begun this often and never received is set aside. */
  readonly uploadAttempts: number
  readonly reportFailure: (error: unknown, messageId: string) => void
  /** Uploads whose last attempt does not count, which this process could not note yet: the database did not answer. */
  readonly unforgiven: Set<string>
}

/**
 * Receives an upload, as often as may be tried. One that fails every time, or ends the process every time, is set aside with the
 * reason and raised for an operator; it stays in the service's own mailbox, and no other upload waits for it (rule 3.22). A try that
 * ends because the database does not answer, or because the service stops, does not count. Throws where it is to be tried again.
 */
export async function attemptUpload(
  deps: AttemptUploadDeps,
  messageId: string,
  signal: AbortSignal,
): Promise<'received' | SetAsideReason | 'is-set-aside'> {
  await forgive(deps)
  try {
    return await attempt(deps, messageId, signal)
  } catch (error) {
    if (isInterrupted(error, signal)) {
      // Also where it may not have been counted: one attempt too many is better than an upload set aside for no fault of its own.
      deps.unforgiven.add(messageId)
      await forgive(deps).catch(() => undefined)
    }
    throw error
  }
}

async function forgive({ storage, unforgiven }: AttemptUploadDeps): Promise<void> {
  for (const messageId of unforgiven) {
    unforgiven.delete(messageId)
    await storage.uploadAttempts.forgive(messageId).catch((error: unknown) => {
      unforgiven.add(messageId)
      throw error
    })
  }
}

async function attempt(
  deps: AttemptUploadDeps,
  messageId: string,
  signal: AbortSignal,
): Promise<'received' | SetAsideReason | 'is-set-aside'> {
  const { uploadAttempts } = deps.storage
  const attempts = await uploadAttempts.begin(messageId)
  if (attempts === undefined) return 'is-set-aside'
  if (attempts > deps.uploadAttempts) return setAside(deps, messageId, 'process-ended')
  try {
    await receiveUpload(deps, messageId, signal)
  } catch (error) {
    if (isInterrupted(error, signal) || attempts < deps.uploadAttempts) throw error
    deps.reportFailure(error, messageId)
    return setAside(deps, messageId, 'failed')
  }
  await uploadAttempts.forget(messageId)
  return 'received'
}

function isInterrupted(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || error instanceof StorageUnavailable
}

function setAside(
  { storage, clock, newId }: AttemptUploadDeps,
  messageId: string,
  reason: SetAsideReason,
): Promise<SetAsideReason> {
  return storage.transaction(async stores => {
    const at = clock.now()
    await stores.uploadAttempts.setAside(messageId, { at, reason })
    await stores.audit.append({
      id: newId(),
      at,
      via: 'worker',
      action: 'set upload aside',
      outcome: 'failed',
      reason,
      subject: messageId,
    })
    return reason
  })
}
