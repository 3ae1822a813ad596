import { MeshError } from '../client/index.ts'
import { StorageUnavailable } from '../flows/storage-unavailable.ts'
import { StateInUse } from '../kit/state-lock.ts'
import { ConfigError } from '../main/config.ts'
import { DirectoryInUse } from '../main/lock-directory.ts'
import { type CommandFailure, fault, refused } from './command-result.ts'
import { remedyFor } from './not-reached.ts'

/** Network errors that say that nobody is there, or nobody any more. */
const NOBODY_THERE = ['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN']

/**
 * What was thrown, in words that somebody can act on. The text of an error we do not know may hold anything, a password in an
 * address for example, so only its kind is told.
 */
export function failureOf(error: unknown): CommandFailure {
  if (error instanceof ConfigError) return refused(error.message, 'Set these environment variables right.')
  if (error instanceof DirectoryInUse || error instanceof StateInUse) return fault(error.message)
  if (error instanceof MeshError) return meshFailure(error)
  const { code, port, path, severity } = detailsOf(error instanceof StorageUnavailable ? error.cause : error)
  if (code === 'EADDRINUSE') {
    return fault(
      `Port ${port ?? ''} is taken.`.replace('  ', ' '),
      'Stop what listens there, or set PORT and CPIS_ADMIN_PORT to other numbers (0 takes a free one).',
    )
  }
  if (code === 'EACCES' && port !== undefined)
    return fault(`Port ${port} needs rights that this user lacks.`, 'Set PORT to a number above 1023.')
  if (NOBODY_THERE.includes(code ?? '') || (error instanceof StorageUnavailable && !severity))
    return fault('The database cannot be reached.', 'Look at CPIS_DATABASE_URL and at the server it names.')
  if (severity) return fault(`The database refused (${code}).`, 'Look at CPIS_DATABASE_URL and its rights.')
  const words = code && FILE_WORDS[code]
  if (words) return fault(`${path ?? 'The file'} ${words}.`)
  const kind = error instanceof Error ? error.name : typeof error
  return fault(
    `Something went wrong that should not have (${[kind, code].filter(Boolean).join(' ')}).`,
    'Run it again with CPIS_LOG_LEVEL=debug to see where.',
  )
}

/** A mailbox service that answers no is obeyed; one that does not answer is another matter. */
function meshFailure(error: MeshError): CommandFailure {
  if (error.status === undefined || error.status >= 500)
    return fault(`${error.message}.`, remedyFor(error.problem, { authority: 'give it with --ca' }))
  return refused(
    `${error.message}.`,
    error.status === 401 || error.status === 403 || error.status === 400
      ? 'Check the mailbox id, its password and the shared key.'
      : undefined,
  )
}

const FILE_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EACCES: 'may not be opened by this user',
  EPERM: 'may not be opened by this user',
  EISDIR: 'is a directory',
  ENOTDIR: 'leads through something that is no directory',
  EEXIST: 'is there already',
  ENOSPC: 'finds no room left on its disk',
  EROFS: 'cannot be written: its disk is read-only',
}

interface Details {
  readonly code?: string
  readonly port?: number
  readonly path?: string
  /** Only errors of the database have one. */
  readonly severity?: string
}

/** What Node and the database say of an error beside its text; of several attempts, the first. */
function detailsOf(error: unknown): Details {
  const first = error instanceof AggregateError ? error.errors[0] : error
  if (typeof first !== 'object' || first === null) return {}
  const { code, port, path, severity } = first as Record<string, unknown>
  return {
    ...(typeof code === 'string' && { code }),
    ...(typeof port === 'number' && { port }),
    ...(typeof path === 'string' && { path }),
    ...(typeof severity === 'string' && { severity }),
  }
}
