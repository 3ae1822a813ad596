import { failure, type Result, success } from '../domain/result.ts'
import { type CommandFailure, fault, refused } from './command-result.ts'
import { notReached } from './not-reached.ts'
import { ON_THIS_MACHINE } from './operations.ts'

/** An access token of a made-up clinician, from the issuer of the sandbox that runs at this address. */
export async function signIn(url: string, name: string): Promise<Result<string, CommandFailure>> {
  const address = `${url}/sandbox/issuer/token?as=${encodeURIComponent(name)}`
  const response = await fetch(address, { method: 'POST' }).catch((error: unknown) =>
    notReached(url, error, ON_THIS_MACHINE),
  )
  if (!(response instanceof Response)) return failure(response)
  const answer = ((await response.json().catch(() => undefined)) ?? {}) as {
    access_token?: string
    cast?: { name: string }[]
  }
  if (response.ok && answer.access_token) return success(answer.access_token)
  if (answer.cast) {
    const names = answer.cast.map(member => member.name).join(', ')
    return failure(refused(`Nobody in the sandbox is called ${name}.`, `These are: ${names}.`))
  }
  if (response.status === 404)
    return failure(
      refused(
        'This service has no sandbox to sign in to: it runs in production mode.',
        "Give an access token of the service's own issuer with --token.",
      ),
    )
  return failure(fault(`The sandbox issuer answered ${response.status}.`))
}
