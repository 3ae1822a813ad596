/** Why an upload was set aside: receiving it failed, or ended the process, each time it was tried. */
export type SetAsideReason = 'failed' | 'process-ended'

/** An upload that failed every time; it waits for an operator and is still in the service's own mailbox. */
export interface UploadSetAside {
  readonly messageId: string
  readonly at: Date
  readonly attempts: number
  readonly reason: SetAsideReason
}

/** How often each upload was begun. Kept apart from the queue, so that the count outlives a process that dies on the way. */
export interface UploadAttempts {
  /** Counts one more attempt, and answers how many were begun with it; undefined where the upload is set aside. */
  begin(messageId: string): Promise<number | undefined>
  /** The last attempt does not count: it ended for a reason that has nothing to do with the upload. Nothing happens to one that is set aside. */
  forgive(messageId: string): Promise<void>
  setAside(messageId: string, aside: { readonly at: Date; readonly reason: SetAsideReason }): Promise<void>
  /** Uploads that are set aside, the oldest first. */
  allSetAside(limit: number): Promise<readonly UploadSetAside[]>
  /** An upload that is set aside counts as never tried; false where it is not set aside, or not any more. */
  takeUp(messageId: string): Promise<boolean>
  /** Forgets the attempts of an upload that was received; false where there were none. */
  forget(messageId: string): Promise<boolean>
  /** Forgets the attempts of uploads that do not wait any more. */
  forgetEnded(): Promise<void>
}
