import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { failure, type Result, success } from '../domain/result.ts'
import { keptSecret } from '../main/admin-token.ts'
import type { Config } from '../main/config.ts'
import { operationsUrl } from './addresses.ts'
import { type CommandFailure, fault, refused } from './command-result.ts'
import { type Naming, notReached } from './not-reached.ts'

/**
 * Asks the operations API of the running service for something, or, given a body, to do something. Its secret is the
 * configured one or the one that the sandbox keeps in the data directory.
 */
export async function askOperations(
  config: Config,
  path: string,
  body?: object,
): Promise<Result<unknown, CommandFailure>> {
  const response = await request(config, path, body)
  return response.ok ? success(await jsonOf(response.value)) : response
}

/** The same for an answer that comes line by line, each a JSON document. */
export async function askOperationsByLine(
  config: Config,
  path: string,
  body: object,
  onLine: (line: unknown) => void,
): Promise<Result<void, CommandFailure>> {
  const response = await request(config, path, body)
  if (!response.ok) return response
  const { body: bytes } = response.value
  if (bytes) for await (const line of createInterface(Readable.fromWeb(bytes))) onLine(JSON.parse(line))
  return success(undefined)
}

async function request(
  config: Config,
  path: string,
  body: object | undefined,
): Promise<Result<Response, CommandFailure>> {
  const secret = config.adminToken ?? keptSecret(config)
  if (!secret) return failure(noSecret(config))
  const response = await fetch(operationsUrl(config) + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${secret}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => notReached(operationsUrl(config), error, ON_THIS_MACHINE))
  if (!(response instanceof Response)) return failure(response)
  if (response.ok) return success(response)
  const said = errorIn(await jsonOf(response)) ?? `The service answered ${response.status}.`
  return failure(response.status < 500 ? refused(said) : fault(said))
}

function jsonOf(response: Response): Promise<unknown> {
  return response.json().catch(() => undefined)
}

/** How the service of this configuration is found. */
export const ON_THIS_MACHINE: Naming = {
  start:
    'Start the service with npm start. If it runs elsewhere, set PORT and CPIS_ADMIN_PORT as it has them.',
}

function noSecret(config: Config): CommandFailure {
  if (config.mode === 'production')
    return refused("The operator's secret is not known here.", 'Set CPIS_ADMIN_TOKEN to it.')
  return fault(
    `There is no running sandbox with its data in ${config.dataDir}.`,
    'Start it with npm start, or set CPIS_DATA_DIR to its directory, or CPIS_ADMIN_TOKEN to its secret.',
  )
}

function errorIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined
  if (typeof answer.error !== 'string') return undefined
  // Several complaints about a body come as a list with marks and paths.
  return answer.error.replace(/^✖ /gm, '').replace(/\n\s+→ at (\S+)/g, ' ($1)')
}
