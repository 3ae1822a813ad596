import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createClientAsync } from 'soap'
import { HL7 } from '../../src/formats/hl7v3/codes.ts'

/** What a toolkit is given and answers: elements and attributes by their names, without namespaces. */
export interface Plain {
  readonly [name: string]: PlainValue
}
export type PlainValue = string | null | Plain | readonly PlainValue[]

/** A question as somebody with a toolkit writes it, knowing of an interface nothing but its description. */
export interface PlainQuery {
  /** Where the description is. */
  readonly wsdl: string
  readonly operation: string
  /** The namespace of WS-Addressing, of either year. */
  readonly addressing: string
  readonly header: Plain
  readonly body: Plain
}

export type PlainAnswer =
  | { readonly kind: 'answer'; readonly header: Plain; readonly body: Plain }
  /** The detail is what stands in the one element of a fault's detail. */
  | { readonly kind: 'fault'; readonly code: string; readonly detail: Plain }

export interface Toolkit {
  readonly name: string
  readonly missing: boolean
  readonly ask: (question: PlainQuery) => Promise<PlainAnswer>
}

/** Debian's own: other installations of Python do not have its packages. */
const PYTHON = '/usr/bin/python3'
const ZEEP_CLIENT = fileURLToPath(new URL('zeep-client.py', import.meta.url))
const isZeepThere = spawnSync(PYTHON, ['-c', 'import zeep']).status === 0
/** Where it is required, what needs it fails instead of being skipped. */
export const ZEEP_MISSING = !isZeepThere && process.env['CPIS_TEST_ZEEP'] !== 'required'

/** The published clients that interfaces are held to. Where `CPIS_TEST_ZEEP` is `required`, none may be missing. */
export const TOOLKITS: readonly Toolkit[] = [
  { name: 'soap of npm', missing: false, ask: askWithSoap },
  {
    name: isZeepThere ? 'zeep of Debian' : 'zeep of Debian (install python3-zeep to run these)',
    missing: ZEEP_MISSING,
    ask: askWithZeep,
  },
]

async function askWithZeep(question: PlainQuery): Promise<PlainAnswer> {
  return undressed(JSON.parse(await runPython([ZEEP_CLIENT], JSON.stringify(question)))) as PlainAnswer
}

/** What a program for Debian's Python writes; fails where it ends otherwise than well. */
export async function runPython(args: readonly string[], input: string): Promise<string> {
  const env = { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' }
  const child = spawn(PYTHON, args, { timeout: 40_000, env })
  const ended = once(child, 'close')
  child.stdin.end(input)
  const [written, complaint] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (child.exitCode !== 0) throw new Error(`The program ended with ${child.exitCode}: ${complaint}`)
  return written
}

async function askWithSoap({ wsdl, operation, addressing, header, body }: PlainQuery): Promise<PlainAnswer> {
  const client = await createClientAsync(wsdl)
  for (const [name, value] of Object.entries(header))
    client.addSoapHeader({ [name]: inHeader(name.startsWith('communication') ? HL7 : addressing, value) })
  try {
    const [answer, , headers] = await client[`${operation}Async`](dressed(body))
    return { kind: 'answer', header: undressed(headers) as Plain, body: undressed(answer) as Plain }
  } catch (error) {
    const { faultcode, detail } = (error as { root?: SoapError }).root?.Envelope.Body.Fault ?? {}
    if (!faultcode || !detail) throw error
    return { kind: 'fault', code: faultcode, detail: undressed(Object.values(detail)[0] ?? null) as Plain }
  }
}

/** How the npm package tells of a fault. */
interface SoapError {
  readonly Envelope: { readonly Body: { readonly Fault: { faultcode?: string; detail?: Plain } } }
}

/** The npm package takes a description's word for what stands in a body, but has to be told what in it is an attribute. */
const ATTRIBUTES =
  /^(root|extension|code|codeSystem|displayName|value|uri|key|id|mimetype|profileid|count|service|trackingid)$/

function dressed(value: PlainValue): unknown {
  if (value === null || typeof value === 'string') return value
  if (isList(value)) return value.map(dressed)
  const parts = Object.entries(value)
  const isAttribute = ([name, part]: [string, PlainValue]) =>
    typeof part === 'string' && ATTRIBUTES.test(name)
  return {
    attributes: Object.fromEntries(parts.filter(isAttribute)),
    ...Object.fromEntries(
      parts.filter(part => !isAttribute(part)).map(([name, part]) => [name, dressed(part)]),
    ),
  }
}

/** Of what stands in a header it has to be told the namespace too. */
function inHeader(xmlns: string, value: PlainValue): unknown {
  return typeof value === 'string'
    ? { attributes: { xmlns }, $value: value }
    : { ...(dressed(value) as object), attributes: { xmlns } }
}

/** Attributes among the elements, and text that has attributes beside it as `text`, whichever toolkit it is from. */
function undressed(value: PlainValue): PlainValue {
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map(undressed)
  const { attributes, $value, _value_1, ...parts } = value
  const written = $value ?? _value_1
  return {
    ...(attributes as Plain | undefined),
    ...(written !== undefined && { text: written }),
    ...Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, undressed(part)])),
  }
}

function isList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value)
}
