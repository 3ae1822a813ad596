import { clientSystemBody, contractTerms } from '../../api/common/registration/client-system-body.ts'
import type { AccessKind } from '../../domain/query/requester.ts'
import { type ClientExchange, type ClientSystem, EXCHANGES } from '../../domain/registration/client-system.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { type FormProblem, problemsOf } from '../form-problems.ts'

export const ACCESSES: readonly AccessKind[] = ['unscheduled', 'scheduled']

/** Each box that may be ticked is a field of its own, so that what was ticked is kept like what was typed. */
export const CLIENT_TEXTS = [
  'asid',
  'partyKey',
  'odsCode',
  'organisationName',
  'certificate',
  'cpaId',
  'callback',
  'reliability',
  'retries',
  'retryIntervalSeconds',
  'persistSeconds',
] as const

export type ClientFields = Readonly<Record<(typeof CLIENT_TEXTS)[number], string>> & {
  readonly allows: readonly AccessKind[]
  readonly exchanges: readonly ClientExchange[]
}

const usual = contractTerms.parse({})

export const NEW_CLIENT: ClientFields = {
  asid: '',
  partyKey: '',
  odsCode: '',
  organisationName: '',
  allows: [],
  exchanges: ['synchronous'],
  certificate: '',
  cpaId: '',
  callback: '',
  reliability: usual.reliability,
  retries: String(usual.retries),
  retryIntervalSeconds: String(usual.retryIntervalSeconds),
  persistSeconds: String(usual.persistSeconds),
}

/** Reads the fields of a form that was sent: `typed` answers what stands in one. */
export function clientFieldsOf(typed: (name: string) => string): ClientFields {
  const texts = Object.fromEntries(CLIENT_TEXTS.map(name => [name, typed(name)]))
  return {
    ...NEW_CLIENT,
    ...texts,
    allows: ACCESSES.filter(access => typed(`allows-${access}`) !== ''),
    exchanges: EXCHANGES.filter(exchange => typed(`exchanges-${exchange}`) !== ''),
  }
}

export function fieldsOfClient(system: ClientSystem): ClientFields {
  const { organisation, allows, exchanges, certificate = '', contract, ...known } = system
  return {
    ...NEW_CLIENT,
    ...known,
    odsCode: organisation.odsCode,
    organisationName: organisation.name,
    allows,
    exchanges,
    certificate,
    ...(contract && {
      cpaId: contract.cpaId,
      callback: contract.callback,
      reliability: contract.reliability,
      retries: String(contract.retries),
      retryIntervalSeconds: String(contract.retryIntervalSeconds),
      persistSeconds: String(contract.persistSeconds),
    }),
  }
}

/** Reads a system, or everything that is wrong with what was typed. A contract is meant where anything of it is. */
export function readClientForm(fields: ClientFields): Result<ClientSystem, readonly FormProblem[]> {
  const { certificate, cpaId, callback, reliability, ...said } = fields
  const { retries, retryIntervalSeconds, persistSeconds, ...rest } = said
  const contract = {
    cpaId,
    callback,
    reliability,
    retries: wholeNumber(retries),
    retryIntervalSeconds: wholeNumber(retryIntervalSeconds),
    persistSeconds: wholeNumber(persistSeconds),
  }
  const answeredLater = fields.exchanges.includes('asynchronous') || cpaId !== '' || callback !== ''
  const read = clientSystemBody.safeParse({
    ...rest,
    ...(certificate !== '' && { certificate }),
    ...(answeredLater && { contract }),
  })
  if (read.success) return success(read.data)
  return failure(
    problemsOf(read.error).map(({ field, text }) => ({
      field,
      text: NOTHING_TICKED[field]?.(fields) ?? text,
    })),
  )
}

/** The command line names its words; here there are boxes. */
const NOTHING_TICKED: Readonly<Record<string, (fields: ClientFields) => string | undefined>> = {
  allows: ({ allows }) => (allows.length === 0 ? 'Tick what it may look for' : undefined),
  exchanges: ({ exchanges }) => (exchanges.length === 0 ? 'Tick how it asks' : undefined),
}

function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
}
