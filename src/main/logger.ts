import { pino } from 'pino'

/** The only fields a log line may hold: ids, counts and codes, never anything of a person (rule 8.2). */
export interface LogFields {
  readonly via?: string
  readonly method?: string
  /** The pattern of the route, never the address that was called. */
  readonly route?: string
  readonly status?: number
  readonly ms?: number
  readonly count?: number
  /** An id of our own making: one that a caller chose could hold anything. */
  readonly messageId?: string
  /** The ASID of a client system. */
  readonly system?: string
  /** The ODS code of an authority. */
  readonly authority?: string
  /** A kind of issue. */
  readonly kind?: string
  /** A code, never what somebody sent. */
  readonly reason?: string
  readonly task?: string
  /** Of the sealed audit log: its name, size and root, signed. To be kept where the database is not (rule 22.8). */
  readonly checkpoint?: string
  readonly database?: string
  readonly mode?: string
  /** The kind of an error and where in our code it arose; its text may quote data and is left out. */
  readonly error?: string
  readonly at?: string
}

export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** Logs that something broke, by the error's kind and place alone. */
  failure(message: string, error: unknown, fields?: LogFields): void
}

/** A logger that writes JSON lines to `destination`, or to standard output. */
export function createLogger(level: string, destination?: { write(line: string): void }): Logger {
  const options = { level, base: null, formatters: { level: (label: string) => ({ level: label }) } }
  const log = destination ? pino(options, destination) : pino(options)
  return loggerInto((level, message, fields) => log[level](fields, message))
}

type WriteLine = (level: keyof Omit<Logger, 'failure'>, message: string, fields: LogFields) => void

/** A logger whose lines go wherever `write` takes them. */
export function loggerInto(write: WriteLine): Logger {
  return {
    debug: (message, fields = {}) => write('debug', message, fields),
    info: (message, fields = {}) => write('info', message, fields),
    warn: (message, fields = {}) => write('warn', message, fields),
    error: (message, fields = {}) => write('error', message, fields),
    failure: (message, error, fields = {}) => write('error', message, { ...fields, ...errorFields(error) }),
  }
}

/** Database errors quote the row that failed, and parsers the text: only the kind, the code and the place are safe to keep. */
function errorFields(error: unknown): LogFields {
  const code = typeof error === 'object' && error && 'code' in error ? ` ${String(error.code)}` : ''
  if (!(error instanceof Error)) return { error: typeof error + code }
  const place = error.stack?.split('\n').find(line => /\/src\/\w+\//.test(line))
  const at = place && /\/(src\/[^)]+)/.exec(place)?.[1]
  return { error: `${error.name}${code}`, ...(at && { at }) }
}
