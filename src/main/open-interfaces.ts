import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { v7 as newId } from 'uuid'
import { eventsApi } from '../api/events/events-api.ts'
import { writeEarlyRefusal } from '../api/fhir/early-refusal.ts'
import { fhirApi } from '../api/fhir/fhir-api.ts'
import { meshApi } from '../api/mesh/mesh-api.ts'
import { asynchronousApi } from '../api/soap/asynchronous/asynchronous-api.ts'
import { shownCertificate } from '../api/soap/common/client-certificate.ts'
import { miniServiceApi } from '../api/soap/itk/mini-service-api.ts'
import { synchronousApi } from '../api/soap/synchronous/synchronous-api.ts'
import { recordRequest } from '../flows/audit/record-request.ts'
import { reportMissedAppointment } from '../flows/notification/report-missed-appointment.ts'
import { announceNumberChange } from '../flows/person/announce-number-change.ts'
import type { NumberLookUp } from '../flows/person/look-up-number.ts'
import type { Clock, Storage } from '../flows/ports.ts'
import { answerLater } from '../flows/query/answer-later.ts'
import { answerOnce } from '../flows/query/answer-once.ts'
import { answerQuery, type QueryRequest } from '../flows/query/answer-query.ts'
import { readById } from '../flows/query/read-by-id.ts'
import type { ReadTableFile } from '../flows/upload/send-page-upload.ts'
import { writeUpload } from '../formats/hl7v3/write-upload.ts'
import { newMessageId } from '../formats/mesh/message-id.ts'
import { patientContextReader } from '../identity/patient-context.ts'
import { TOKEN_ALGORITHMS, tokenVerifier } from '../identity/token-verifier.ts'
import type { PageDeps, SignIn } from '../pages/page-deps.ts'
import { webPages } from '../pages/web-pages.ts'
import type { AuditSeal } from './audit-seal.ts'
import type { Config } from './config.ts'
import type { Logger } from './logger.ts'
import { mayLookUp } from './may-look-up.ts'
import type { Metrics } from './metrics.ts'
import { ownOdsCode } from './own-ods-code.ts'
import { createServer } from './server.ts'
import { listeningTls, type ServiceTls } from './tls.ts'

export interface OpenInterfacesDeps {
  readonly config: Config
  /** How clients reach the service, without a slash at the end. */
  readonly baseUrl: string
  /** What the server speaks HTTPS with; absent: it speaks HTTP. */
  readonly tls: ServiceTls | undefined
  readonly storage: Storage
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  /** How the service reaches its own FHIR API, as clinicians' pages do. */
  readonly fhirUrl: string
  /** Where people sign in to the pages; absent: there are none. */
  readonly signIn: SignIn | undefined
  /** Numbers worth trying, where everybody is made up. */
  readonly examples: PageDeps['examples']
  /** Whose patient contexts open answers; absent: nobody's. */
  readonly launch: Config['pages']['launch']
  /** Seals the sessions of the pages. */
  readonly sessionSecret: string
  /** Reads the tables that officers send. */
  readonly readTable: ReadTableFile
  /** Asks PDS about numbers under which nothing is held. */
  readonly lookUp: NumberLookUp
  /** Proves what operators find in the audit log. */
  readonly seal: AuditSeal
  /** An answer that is posted later was kept: it is due. */
  readonly answerKept: () => void
  /** Whose tokens are believed. */
  readonly tokens: NonNullable<Config['tokens']>
}

/** The server that everybody but operators reaches, with each interface at its address. */
export function openInterfaces(deps: OpenInterfacesDeps): FastifyInstance {
  const { config, baseUrl, tls, storage, clock, logger, metrics, tokens, answerKept } = deps
  const { signIn, examples, sessionSecret, fhirUrl, launch, seal, readTable, lookUp } = deps
  const recording = { audit: storage.audit, clock, newId }
  const asking = {
    answerQuery: (request: QueryRequest) =>
      answerQuery({ ...recording, queries: storage.queries, lookUp }, request),
    recordRequest: (entry: Parameters<typeof recordRequest>[1]) => recordRequest(recording, entry),
    now: clock.now,
    newId,
  }
  const reportFailure = (via: string) => (error: unknown, task: string) =>
    logger.failure('request failed', error, { via, task })

  const checked: { shownCertificate?: typeof shownCertificate } =
    tls?.clientCa === undefined ? {} : { shownCertificate }

  const app = createServer({
    logger,
    otherwise: 'web',
    metrics,
    https: tls && listeningTls(tls),
    longestHeaders: config.http.maxHeaderBytes,
    onRefused: (via, reason) =>
      asking.recordRequest({ via, action: 'unknown request', outcome: 'refused', reason }),
    writeRefusal: (via, refusal) => (via === 'fhir' ? writeEarlyRefusal(refusal, newId()) : undefined),
  })
  app.register(
    fhirApi({
      ...asking,
      verifyToken: tokenVerifier({
        issuer: tokens.issuer,
        audience: tokens.audience,
        jwksUrl: new URL(tokens.jwksUrl),
        algorithms: TOKEN_ALGORITHMS,
        clockToleranceSeconds: 5,
      }),
      readById: request => readById({ ...recording, ...storage, lookUp }, request),
      reportMissedAppointment: request => reportMissedAppointment({ storage, clock, newId, lookUp }, request),
      baseUrl: () => `${baseUrl}/cpis/FHIR/R4`,
      reportFailure: reportFailure('fhir'),
      softwareVersion: packageVersion(),
      origins: config.http.origins,
    }),
    { prefix: '/cpis/FHIR/R4' },
  )
  app.register(
    meshApi({
      ...config.mesh,
      storage,
      clock,
      newId,
      environment: config.mode,
      mayLookUp: mayLookUp(config.mode, checked.shownCertificate),
      reportFailure: reportFailure('mesh'),
    }),
    { prefix: '/messageexchange' },
  )
  app.register(
    eventsApi({
      token: config.numbers.eventsToken,
      announceNumberChange: event => announceNumberChange({ storage, clock, newId }, event),
      recordRequest: asking.recordRequest,
      reportFailure: reportFailure('events'),
    }),
    { prefix: '/events' },
  )
  const answerMessage = (request: Parameters<typeof answerOnce>[1]) =>
    answerOnce(
      { ...recording, queries: storage.queries, queryMessages: storage.queryMessages, lookUp },
      request,
    )
  if (config.spineAsid) {
    app.register(
      synchronousApi({
        ...asking,
        answerQuery: answerMessage,
        ...checked,
        ownAsid: config.spineAsid,
        address: () => `${baseUrl}/sync-service`,
        findClientSystem: storage.clientSystems.find,
        reportFailure: reportFailure('spine'),
      }),
      { prefix: '/sync-service' },
    )
    app.register(
      miniServiceApi({
        ...asking,
        answerQuery: answerMessage,
        ...checked,
        ownOdsCode: ownOdsCode(),
        address: () => `${baseUrl}/smsp/cpis`,
        findClientSystems: storage.clientSystems.ofOrganisation,
        reportFailure: reportFailure('smsp'),
      }),
      { prefix: '/smsp/cpis' },
    )
  }
  if (config.spineAsid && config.spinePartyKey) {
    app.register(
      asynchronousApi({
        ...asking,
        ...checked,
        ownAsid: config.spineAsid,
        ownPartyKey: config.spinePartyKey,
        findByContract: storage.clientSystems.withContract,
        answerLater: async question => {
          const kept = await answerLater({ storage, clock, newId, lookUp }, question)
          answerKept()
          return kept
        },
        reportFailure: reportFailure('spine'),
      }),
      { prefix: '/reliablemessaging' },
    )
  }
  if (signIn) {
    app.register(
      webPages({
        ...asking,
        signIn,
        examples,
        sessionSecret,
        fhirUrl,
        mesh: config.mesh,
        retention: config.retention,
        flows: {
          ...config.mesh,
          storage,
          clock,
          newId,
          newMessageId: () => newMessageId(clock.now()),
          readTable,
          writeUpload,
        },
        seal: { ...seal, checkHours: config.audit.checkHours },
        readPatientContext:
          launch &&
          patientContextReader({
            issuer: launch.issuer,
            audience: `${baseUrl}/launch`,
            jwksUrl: new URL(launch.jwksUrl),
            now: clock.now,
          }),
        sandbox: config.mode === 'sandbox',
        secure: baseUrl.startsWith('https:'),
        reportFailure: reportFailure('web'),
      }),
    )
  }
  return app
}

function packageVersion(): string {
  const description = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(description) as { version: string }).version
}
