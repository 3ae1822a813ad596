import { type ConnectionProblem, connectionProblem, connectionWords } from '../client/connection-problem.ts'
import { type CommandFailure, fault } from './command-result.ts'

/** How whoever types a command says where the service is, and whom to trust, where that is not the usual way. */
export interface Naming {
  /** What to do where nothing listens. */
  readonly start?: string
  /** How the authority of a certificate is named beside `NODE_EXTRA_CA_CERTS`. */
  readonly authority?: string
}

const START = 'Start the service with npm start, or name another with --url.'

/** There was no answer from a server: why, and what to do. */
export function notReached(url: string, error: unknown, naming: Naming = {}): CommandFailure {
  const problem = connectionProblem(error)
  if (problem === undefined || problem === 'refused')
    return fault(`Nothing answers at ${url}.`, remedyFor(problem, naming))
  return fault(`There is no connection to ${url}: ${connectionWords(problem)}.`, remedyFor(problem, naming))
}

/** What to do about a connection that could not be had. */
export function remedyFor(
  problem: ConnectionProblem | undefined,
  { start = START, authority }: Naming = {},
): string {
  switch (problem) {
    case 'untrusted-certificate':
      return `Name the authority that issued it: set NODE_EXTRA_CA_CERTS to its file${authority ? `, or ${authority}` : ''}.`
    case 'certificate-of-another-name':
      return 'Use the host name that the certificate names. If the address is right, tell whoever runs the service.'
    case 'expired-certificate':
    case 'certificate-not-valid-yet':
      return 'Check the clock of this machine. If it is right, tell whoever runs the service to renew the certificate.'
    case 'revoked-certificate':
      return 'Tell whoever runs the service.'
    case 'client-certificate-wanted':
      return 'Show a certificate that the service knows, with its key. Check that it has not expired.'
    case 'not-https':
      return 'Check the address: it may have to begin with http://, or name another port.'
    case 'name-not-found':
      return 'Check the host name in the address, and the DNS settings of this machine.'
    case 'no-route':
      return 'Check the address and the network of this machine.'
    case 'timed-out':
    case 'broken-off':
      return 'Try again. If it goes on, check the address, and what stands between: a firewall or a proxy.'
    default:
      return start
  }
}
