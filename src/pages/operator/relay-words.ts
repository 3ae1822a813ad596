import { type ConnectionProblem, connectionWords } from '../../client/connection-problem.ts'

/** What the service knows of its exchange with a MESH server elsewhere. */
export interface ExchangeElsewhere {
  readonly fault?: { readonly kind: string; readonly since: Date }
  /** An answer is awaited since then. */
  readonly askedAt?: Date
  readonly sendingSince?: Date
}

export interface RelayTrouble {
  readonly since: Date
  readonly what: string
  readonly todo: string
}

/** So long an answer may take; large files take their time. In milliseconds. */
const PATIENCE_MS = 20_000

const WAITS = 'What is to be fetched and sent waits, and nothing is lost.'

const FAULTS: Readonly<Record<string, Omit<RelayTrouble, 'since'>>> = {
  incomplete: {
    what: 'Some messages cannot be fetched whole.',
    todo: 'They stay there and are tried again each time. If it goes on, ask whoever runs the server about them: the log of the service names those that are damaged.',
  },
  unavailable: {
    what: 'It does not answer as it should.',
    todo: `${WAITS} If it goes on, ask whoever runs the server.`,
  },
  'not-let-in': {
    what: 'It does not let us in.',
    todo: 'Check the mailbox, password, shared key and certificate (CPIS_MESH_CLIENT_…), then start again.',
  },
  gone: {
    what: 'It does not know our mailbox.',
    todo: 'Check CPIS_MESH_URL and CPIS_MESH_CLIENT_MAILBOX, then start again.',
  },
  refused: {
    what: 'It refuses what it is asked for.',
    todo: 'Check CPIS_MESH_URL and CPIS_MESH_CLIENT_MAILBOX, then start again.',
  },
}

const CONNECTION_REMEDIES: Readonly<Partial<Record<ConnectionProblem, string>>> = {
  'untrusted-certificate':
    'Name the authority that issued it: set CPIS_MESH_CLIENT_AUTHORITIES or NODE_EXTRA_CA_CERTS to its file, then start again.',
  'client-certificate-wanted':
    'Check CPIS_MESH_CLIENT_CERTIFICATE and CPIS_MESH_CLIENT_KEY, and that the certificate has not expired, then start again.',
  'certificate-of-another-name':
    'Check the host name in CPIS_MESH_URL. If it is right, ask whoever runs the server.',
  'expired-certificate':
    'Check the clock of this machine. If it is right, ask whoever runs the server to renew it.',
  'certificate-not-valid-yet':
    'Check the clock of this machine. If it is right, ask whoever runs the server.',
  'name-not-found': 'Check CPIS_MESH_URL and the DNS settings of this machine.',
  'not-https': 'Check CPIS_MESH_URL.',
}

/** What is wrong with the exchange at an instant, since when, and what to do; undefined where nothing is (rule 18.9). */
export function relayTrouble(
  { fault, askedAt, sendingSince }: ExchangeElsewhere,
  now: Date,
): RelayTrouble | undefined {
  if (fault)
    return { since: fault.since, ...(FAULTS[fault.kind] ?? noConnection(fault.kind as ConnectionProblem)) }
  const [since] = [askedAt, sendingSince]
    .filter(asked => asked !== undefined && now.getTime() - asked.getTime() > PATIENCE_MS)
    .toSorted((one, other) => Number(one) - Number(other))
  return since && { since, what: 'It has not answered what it was asked then.', todo: WAITS }
}

function noConnection(problem: ConnectionProblem): Omit<RelayTrouble, 'since'> {
  return {
    what: `There is no connection: ${connectionWords(problem) ?? problem}.`,
    todo: CONNECTION_REMEDIES[problem] ?? WAITS,
  }
}
