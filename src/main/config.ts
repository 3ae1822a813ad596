import { join } from 'node:path'
import { z } from 'zod'
import { parseMailboxId } from '../domain/organisation.ts'
import { type Asid, parseAsid } from '../domain/registration/client-system.ts'
import { type DatabaseConfig, databaseConfig, databaseSettings } from './database-config.ts'
import { type HttpConfig, httpConfig, httpSettings } from './http-config.ts'
import { type PdsConfig, pdsConfig, pdsSettings } from './pds-config.ts'
import { type RelayConfig, relayConfig, relayProblems, relaySettings } from './relay-config.ts'
import { type RetentionConfig, retentionConfig, retentionSettings } from './retention-config.ts'
import { address, whole } from './setting-kinds.ts'
import { type TlsConfig, tlsConfig, tlsProblems, tlsSettings } from './tls-config.ts'
import { type UploadConfig, uploadConfig, uploadSettings } from './upload-config.ts'

/** Everything that can be set, with its defaults; this file is the one reader of the environment. */
export interface Config {
  readonly mode: 'sandbox' | 'production'
  readonly host: string
  readonly port: number
  readonly adminHost: string
  readonly adminPort: number
  readonly adminToken: string | undefined
  readonly dataDir: string
  readonly database: DatabaseConfig
  /** How clients reach the service, without a slash at the end; absent: the address it listens on. */
  readonly baseUrl: string | undefined
  /** What the service speaks HTTPS with; absent: it speaks HTTP, and somebody before it HTTPS. */
  readonly tls: TlsConfig | undefined
  readonly http: HttpConfig
  readonly logLevel: string
  readonly tokens:
    | { readonly issuer: string; readonly audience: string; readonly jwksUrl: string }
    | undefined
  readonly pds: PdsConfig
  readonly mesh: {
    readonly sharedKey: string
    readonly cpisMailbox: ReturnType<typeof parseMailboxId> & string
    readonly uploadWorkflow: string
    readonly acknowledgementWorkflow: string
    readonly notificationWorkflow: string
    readonly inactiveNumberWorkflow: string
    readonly maxRequestBytes: number
  }
  /** The MESH server elsewhere through which authorities are reached; absent: they come to our own mailboxes. */
  readonly relay: RelayConfig | undefined
  /**
   * The ASID under which systems ask CP-IS over Spine messaging. Absent in production unless it is set: then nobody can. Where
   * clients' certificates are not checked here, whoever sets it lets only such through as have shown theirs (rule 9.7).
   */
  readonly spineAsid: Asid | undefined
  /** How the numbers of people with plans are watched for changes in PDS (rules 14.1 and 14.3). */
  readonly numbers: {
    readonly checkHours: number
    readonly checksPerSecond: number
    /** How long after their last word those who announce changes count as connected (minutes); absent: nobody is relied on. */
    readonly feedMinutes: number | undefined
    /** What those show who announce number changes; absent: nobody can. */
    readonly eventsToken: string | undefined
  }
  /** The message handling party that CP-IS is to those who ask over ebXML; absent: nobody can. */
  readonly spinePartyKey: string | undefined
  readonly pages: {
    /** The FHIR API that clinicians' pages ask; absent: this service's own. */
    readonly fhirUrl: string | undefined
    /** Whose signed patient contexts open answers. */
    readonly launch: { readonly issuer: string; readonly jwksUrl: string } | undefined
  }
  readonly audit: {
    /** A PEM file with the Ed25519 key that signs the sealed audit log; absent: the sandbox makes one (rule 22.4). */
    readonly keyFile: string | undefined
    /** How often the whole log is checked (rule 22.9). */
    readonly checkHours: number
  }
  readonly uploads: UploadConfig
  readonly retention: RetentionConfig
  /** Whether background work has a thread of its own where the database is a server; the embedded database has none for it. */
  readonly workThread: boolean
  /** How long the service may take to stop, with the work it has begun (milliseconds). */
  readonly stopWithinMs: number
  readonly notificationWindowMs: number
  /** How often it is looked at how authorities and the service exchange (rule 16.1). */
  readonly watchEveryMs: number
  readonly sandbox: { readonly seed: number; readonly authorities: number; readonly children: number }
}

/** A configuration that cannot be used: one line for each thing that is wrong and how to set it. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map(problem => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

const DEFAULT_SHARED_KEY = 'sandbox-shared-key'

const SANDBOX_SPINE_PARTY_KEY = 'X26-999001'

const SANDBOX_EVENTS_TOKEN = 'sandbox-events-token'

const SANDBOX_SPINE_ASID = '999000000001'

const environment = z.object({
  CPIS_MODE: z.enum(['sandbox', 'production'], 'must be sandbox or production').default('sandbox'),
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(0, 65_535).default(8080),
  CPIS_ADMIN_HOST: z.string().default('127.0.0.1'),
  CPIS_ADMIN_PORT: whole(0, 65_535).default(8081),
  CPIS_ADMIN_TOKEN: z.string().min(16, 'must be at least 16 characters').optional(),
  CPIS_DATA_DIR: z.string().default('.cpis'),
  ...databaseSettings,
  CPIS_ALLOW_EMBEDDED: z.enum(['yes', 'no'], 'must be yes or no').default('no'),
  CPIS_BASE_URL: address.optional(),
  ...tlsSettings,
  CPIS_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).optional(),
  ...httpSettings,
  CPIS_TOKEN_ISSUER: z.string().min(1).optional(),
  CPIS_TOKEN_AUDIENCE: z.string().min(1).optional(),
  CPIS_TOKEN_JWKS_URL: address.optional(),
  ...pdsSettings,
  CPIS_MESH_SHARED_KEY: z.string().min(1).default(DEFAULT_SHARED_KEY),
  CPIS_MESH_MAILBOX: z
    .string()
    .default('CPISOT001')
    .transform((text, context) => {
      const id = parseMailboxId(text)
      if (!id) context.addIssue({ code: 'custom', message: 'must be letters, digits, - and _' })
      return id ?? z.NEVER
    }),
  CPIS_MESH_UPLOAD_WORKFLOW: z.string().min(1).default('CPIS_UPLOAD'),
  CPIS_MESH_ACKNOWLEDGEMENT_WORKFLOW: z.string().min(1).default('CPIS_UPLOAD_ACK'),
  CPIS_MESH_NOTIFICATION_WORKFLOW: z.string().min(1).default('CPIS_ACCESS_NOTIFICATION'),
  CPIS_MESH_MAX_REQUEST_BYTES: whole(1, 2 ** 31).default(100 * 1024 * 1024),
  CPIS_MESH_INACTIVE_NUMBER_WORKFLOW: z.string().min(1).default('CPIS_INACTIVE_NUMBER'),
  ...relaySettings,
  CPIS_SPINE_ASID: z
    .string()
    .transform((text, context) => {
      const asid = parseAsid(text)
      if (!asid) context.addIssue({ code: 'custom', message: 'must be twelve digits' })
      return asid ?? z.NEVER
    })
    .optional(),
  CPIS_SPINE_PARTY_KEY: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,40}$/, 'must be letters, digits and hyphens')
    .optional(),
  CPIS_NUMBER_CHECK_HOURS: whole(1, 24 * 30).default(24),
  CPIS_NUMBER_CHECKS_PER_SECOND: whole(1, 1000).default(5),
  CPIS_NUMBER_FEED_MINUTES: whole(1, 24 * 60).optional(),
  CPIS_EVENTS_TOKEN: z.string().min(16, 'must be at least 16 characters').optional(),
  CPIS_PAGES_FHIR_URL: address.optional(),
  CPIS_LAUNCH_ISSUER: z.string().min(1).optional(),
  CPIS_LAUNCH_JWKS_URL: address.optional(),
  CPIS_AUDIT_KEY: z.string().min(1).optional(),
  CPIS_AUDIT_CHECK_HOURS: whole(1, 24 * 30).default(24),
  ...uploadSettings,
  ...retentionSettings,
  CPIS_WORK_THREAD: z.enum(['yes', 'no'], 'must be yes or no').default('yes'),
  CPIS_STOP_SECONDS: whole(1, 600).default(25),
  CPIS_NOTIFICATION_WINDOW_MS: whole(0, 3_600_000).default(10_000),
  CPIS_WATCH_SECONDS: whole(1, 3600).default(300),
  CPIS_SANDBOX_SEED: whole(0, 2 ** 31).default(1),
  CPIS_SANDBOX_AUTHORITIES: whole(1, 153).default(3),
  CPIS_SANDBOX_CHILDREN: whole(10, 100_000).default(300),
})

/** Reads the configuration from environment variables. Throws `ConfigError`, which says what to set, and never a value. */
export function readConfig(variables: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(issue => `${issue.path.join('.')} ${issue.message}`))
  }
  const set = parsed.data
  const problems = [
    ...halfAnIssuer(set),
    ...halfALaunch(set),
    ...tlsProblems(set),
    ...relayProblems(set, set.CPIS_MODE),
    ...(set.CPIS_MODE === 'production' ? productionProblems(set) : []),
  ]
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    mode: set.CPIS_MODE,
    host: set.HOST,
    port: set.PORT,
    adminHost: set.CPIS_ADMIN_HOST,
    adminPort: set.CPIS_ADMIN_PORT,
    adminToken: set.CPIS_ADMIN_TOKEN,
    dataDir: set.CPIS_DATA_DIR,
    database: databaseConfig(set),
    baseUrl: set.CPIS_BASE_URL,
    tls: tlsConfig(set),
    // The sandbox is started by people in a terminal, who want to see what went wrong and nothing else.
    logLevel: set.CPIS_LOG_LEVEL ?? (set.CPIS_MODE === 'sandbox' ? 'warn' : 'info'),
    http: httpConfig(set),
    tokens:
      set.CPIS_TOKEN_ISSUER && set.CPIS_TOKEN_AUDIENCE && set.CPIS_TOKEN_JWKS_URL
        ? {
            issuer: set.CPIS_TOKEN_ISSUER,
            audience: set.CPIS_TOKEN_AUDIENCE,
            jwksUrl: set.CPIS_TOKEN_JWKS_URL,
          }
        : undefined,
    pds: pdsConfig(set, set.CPIS_MODE),
    mesh: {
      sharedKey: set.CPIS_MESH_SHARED_KEY,
      cpisMailbox: set.CPIS_MESH_MAILBOX,
      uploadWorkflow: set.CPIS_MESH_UPLOAD_WORKFLOW,
      acknowledgementWorkflow: set.CPIS_MESH_ACKNOWLEDGEMENT_WORKFLOW,
      notificationWorkflow: set.CPIS_MESH_NOTIFICATION_WORKFLOW,
      inactiveNumberWorkflow: set.CPIS_MESH_INACTIVE_NUMBER_WORKFLOW,
      maxRequestBytes: set.CPIS_MESH_MAX_REQUEST_BYTES,
    },
    relay: relayConfig(set, set.CPIS_MESH_MAILBOX),
    spineAsid:
      set.CPIS_SPINE_ASID ?? (set.CPIS_MODE === 'sandbox' ? parseAsid(SANDBOX_SPINE_ASID) : undefined),
    spinePartyKey:
      set.CPIS_SPINE_PARTY_KEY ?? (set.CPIS_MODE === 'sandbox' ? SANDBOX_SPINE_PARTY_KEY : undefined),
    numbers: {
      checkHours: set.CPIS_NUMBER_CHECK_HOURS,
      checksPerSecond: set.CPIS_NUMBER_CHECKS_PER_SECOND,
      feedMinutes: set.CPIS_NUMBER_FEED_MINUTES,
      eventsToken: set.CPIS_EVENTS_TOKEN ?? (set.CPIS_MODE === 'sandbox' ? SANDBOX_EVENTS_TOKEN : undefined),
    },
    pages: {
      fhirUrl: set.CPIS_PAGES_FHIR_URL?.replace(/\/+$/, ''),
      launch:
        set.CPIS_LAUNCH_ISSUER && set.CPIS_LAUNCH_JWKS_URL
          ? { issuer: set.CPIS_LAUNCH_ISSUER, jwksUrl: set.CPIS_LAUNCH_JWKS_URL }
          : undefined,
    },
    audit: { keyFile: set.CPIS_AUDIT_KEY, checkHours: set.CPIS_AUDIT_CHECK_HOURS },
    uploads: uploadConfig(set),
    retention: retentionConfig(set),
    workThread: set.CPIS_WORK_THREAD === 'yes',
    stopWithinMs: set.CPIS_STOP_SECONDS * 1000,
    notificationWindowMs: set.CPIS_NOTIFICATION_WINDOW_MS,
    watchEveryMs: set.CPIS_WATCH_SECONDS * 1000,
    sandbox: {
      seed: set.CPIS_SANDBOX_SEED,
      authorities: set.CPIS_SANDBOX_AUTHORITIES,
      children: set.CPIS_SANDBOX_CHILDREN,
    },
  }
}

/** Where the embedded database keeps its files. */
export function embeddedDirectory(config: Config): string {
  return join(config.dataDir, 'database')
}

/** An issuer that is named and not described would silently give way to the sandbox's. */
function halfAnIssuer(set: z.infer<typeof environment>): string[] {
  const names = ['CPIS_TOKEN_ISSUER', 'CPIS_TOKEN_AUDIENCE', 'CPIS_TOKEN_JWKS_URL'] as const
  const missing = names.filter(name => set[name] === undefined)
  const some = missing.length > 0 && missing.length < names.length
  return some && set.CPIS_MODE === 'sandbox'
    ? missing.map(name => `${name} is not set, though others that describe the issuer are`)
    : []
}

/** Contexts of an issuer whose keys are not named, or the other way about, would open nothing without anybody knowing why. */
function halfALaunch(set: z.infer<typeof environment>): string[] {
  const names = ['CPIS_LAUNCH_ISSUER', 'CPIS_LAUNCH_JWKS_URL'] as const
  const missing = names.filter(name => set[name] === undefined)
  return missing.length === 1
    ? missing.map(name => `${name} is not set, though the other that describes who launches is`)
    : []
}

/** In production nothing of the sandbox stands in for what was forgotten. */
function productionProblems(set: z.infer<typeof environment>): string[] {
  const needed = {
    CPIS_BASE_URL: 'how clients reach the service',
    CPIS_TOKEN_ISSUER: 'the issuer of access tokens',
    CPIS_TOKEN_AUDIENCE: 'the audience that access tokens must name',
    CPIS_TOKEN_JWKS_URL: "where the issuer's keys are",
    CPIS_PDS_URL: 'the FHIR address of PDS',
    CPIS_ADMIN_TOKEN: 'the secret of operators, at least 16 characters',
    CPIS_AUDIT_KEY:
      'the file of the key that seals the audit log, as openssl genpkey -algorithm ed25519 makes it',
  } as const
  const problems = Object.entries(needed)
    .filter(([name]) => set[name as keyof typeof needed] === undefined)
    .map(([name, what]) => `${name} is not set: ${what}`)
  if (set.CPIS_MESH_SHARED_KEY === DEFAULT_SHARED_KEY) {
    problems.push('CPIS_MESH_SHARED_KEY is not set: the shared key of the mailbox service')
  }
  if (!set.CPIS_DATABASE_URL && set.CPIS_ALLOW_EMBEDDED === 'no') {
    problems.push(
      'CPIS_DATABASE_URL is not set: a PostgreSQL server, or CPIS_ALLOW_EMBEDDED=yes for the embedded database',
    )
  }
  return problems
}
