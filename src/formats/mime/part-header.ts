import { failure, type Result, success } from '../../domain/result.ts'
import { parseContentType } from './content-type.ts'
import { type MimeFault, type MimeProblem, mimeFault } from './mime-fault.ts'

/** What the header of a part says, as far as anybody asks. */
export interface PartHeader {
  /** Without angle brackets. */
  readonly contentId?: string
  readonly contentType?: string
  readonly transferEncoding: string
  /** In bytes, as they are encoded. */
  readonly length?: string
}

/** A field may go on on the next line, after white space (RFC 5322, clause 2.2.3). */
const FIELD = /^([!-9;-~]+):[ \t]*([\t -~\x80-\xff]*)$/

/** Reads the lines of a header, without the empty one that ends it. */
export function readPartHeader(lines: readonly string[]): Result<PartHeader, MimeFault> {
  const fields = new Map<string, string>()
  for (const line of unfold(lines)) {
    const [, name, value] = FIELD.exec(line) ?? []
    if (name === undefined || value === undefined) return fault('part-header')
    if (fields.has(name.toLowerCase())) return fault('repeated-field')
    fields.set(name.toLowerCase(), value.trim())
  }
  const contentType = fields.get('content-type')
  if (contentType !== undefined) {
    const parsed = parseContentType(contentType)
    if (!parsed) return fault('content-type')
    if (parsed.mediaType.startsWith('multipart/')) return fault('nested-multipart')
  }
  const written = fields.get('content-id')
  const contentId = written === undefined ? undefined : bareContentId(written)
  if (written !== undefined && contentId === undefined) return fault('content-id')
  const length = fields.get('content-length')
  return success({
    ...(contentId !== undefined && { contentId }),
    ...(contentType !== undefined && { contentType }),
    ...(length !== undefined && { length }),
    transferEncoding: fields.get('content-transfer-encoding') ?? '7bit',
  })
}

/** A Content-Id without the angle brackets, in which some write it and some do not; undefined where it is none. */
export function bareContentId(text: string): string | undefined {
  return /^(?:<([!-;=?-~]{1,256})>|([!-;=?-~]{1,256}))$/.exec(text)?.slice(1).find(Boolean)
}

function unfold(lines: readonly string[]): string[] {
  const fields: string[] = []
  for (const line of lines) {
    const last = fields.length - 1
    if (/^[ \t]/.test(line) && last >= 0) fields[last] += line
    else fields.push(line)
  }
  return fields
}

function fault(problem: MimeProblem): Result<never, MimeFault> {
  return failure(mimeFault(problem))
}
