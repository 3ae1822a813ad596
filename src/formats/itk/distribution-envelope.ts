import type { EnvelopeErrorCode } from './codes.ts'

/** An ITK distribution envelope, version 2.0 of its schema. Payloads are whatever `Content` is: elements read, or to be written. */
export interface DistributionEnvelope<Content> {
  /** A UUID in capitals. */
  readonly trackingId: string
  readonly service: string
  readonly addresses: readonly ItkUri[]
  /** Who asks, as their own system knows them; at most four. */
  readonly auditIdentities: readonly ItkUri[]
  readonly senderAddress?: ItkUri
  readonly handling: readonly HandlingSpec[]
  /** At least one. */
  readonly payloads: readonly Payload<Content>[]
}

export interface ItkUri {
  readonly uri: string
  /** An object identifier; the one that the schema names, where nothing is said. */
  readonly type?: string
}

export interface HandlingSpec {
  readonly key: string
  readonly value: string
}

/** A payload with what the manifest says of it. */
export interface Payload<Content> {
  /** An XML id. */
  readonly id: string
  readonly mimeType: string
  readonly profileId?: string
  readonly content: Content
}

/** What is wrong with an envelope. The detail is a sentence that quotes nothing of it. */
export interface DistributionFault {
  readonly code: EnvelopeErrorCode
  readonly detail: string
}

/** What a handling specification says; undefined where it says nothing, or says it twice. */
export function handlingOf(
  { handling }: Pick<DistributionEnvelope<unknown>, 'handling'>,
  key: string,
): string | undefined {
  const found = handling.filter(spec => spec.key === key)
  return found.length === 1 ? found[0]?.value : undefined
}
